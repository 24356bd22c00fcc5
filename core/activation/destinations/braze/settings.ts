import { z } from 'zod';
import { destinationBase, mandatoryAttributes } from '#core/activation/destination-base.ts';
import { apiOrigin, mappedFields, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';

/** Objects of one array of a request, and requests a second: see the README. */
const MAX_OBJECTS = 75;
const MAX_PER_SECOND = 1_000;
const DEFAULT_ARRAY_LENGTH = 25;
const MAX_ARRAY_LENGTH = 500;

const namespaces = z.array(namespaceCode).min(1);

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('braze'),
  /** The REST endpoint of the instance. */
  url: apiOrigin,
  /** By what Braze finds a user: one of the four. Several namespaces are in order of preference. */
  identities: z
    .strictObject({
      externalId: namespaces.optional(),
      alias: z.strictObject({ label: z.string().min(1), from: namespaces }).optional(),
      email: z.literal(true).optional(),
      phone: z.literal(true).optional(),
    })
    .refine(
      (given) => Object.keys(given).length === 1,
      'expected exactly one of externalId, alias, email and phone: two ways to one user undo each other',
    ),
  /** How a user says which audiences it is in. */
  membership: z
    .discriminatedUnion('as', [
      z.strictObject({
        as: z.literal('array'),
        attribute: z.string().min(1).default('tributary_segments'),
        /** Elements that the attribute may have at Braze; what is beyond is cut off there. */
        maxLength: z.int().min(1).max(MAX_ARRAY_LENGTH).default(DEFAULT_ARRAY_LENGTH),
      }),
      z.strictObject({ as: z.literal('booleans'), prefix: z.string().min(1).default('tributary_') }),
    ])
    .default({ as: 'array', attribute: 'tributary_segments', maxLength: DEFAULT_ARRAY_LENGTH }),
  /** Braze attribute → profile attribute. */
  fields: mappedFields,
  mandatoryAttributes,
  /** Whether users are created that Braze does not have. */
  createsUsers: z.boolean().default(false),
  consents: neededConsents.default(['marketing.email']),
  /** Updates that one request may hold: 50 under contracts "MAU CY 24-25". */
  maxUpdatesPerRequest: z.int().min(1).max(MAX_OBJECTS).default(MAX_OBJECTS),
  requestsPerSecond: z.number().min(1).max(MAX_PER_SECOND).default(MAX_PER_SECOND),
});
export type BrazeDestination = z.output<typeof definition>;
