import { z } from 'zod';
import { destinationBase, mandatoryAttributes } from '#core/activation/destination-base.ts';
import { apiOrigin, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';
import { definitionId } from '#core/util/definition-id.ts';

/** Rows of a batch, fields: see the README. */
const MAX_ROWS = 500_000;
const DEFAULT_ROWS = 10_000;
const MAX_FIELDS = 50;

/** A profile attribute of Target, which `profile.` is put before. */
const parameter = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'letters, digits and "_", not beginning with a digit');

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('adobe-target'),
  /** The client code. It becomes part of a host, so it is one label and nothing else. */
  client: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a client code such as acmeinc'),
  /** Where the API is, if not at `https://<client>.tt.omtrdc.net`. */
  url: apiOrigin.optional(),
  /** `bulk`: batches of profiles; `single`: one profile a request, which has to be there. */
  mode: z.enum(['bulk', 'single']).default('bulk'),
  /** Namespaces by which Target finds profiles, in order of preference. One of the two. */
  identities: z
    .strictObject({
      thirdPartyId: z.array(namespaceCode).min(1).optional(),
      pcId: z.array(namespaceCode).min(1).optional(),
    })
    .refine((given) => Object.keys(given).length === 1, 'expected exactly one of thirdPartyId and pcId'),
  /** Of the bulk API: v1 creates no profiles. */
  version: z.enum(['v1', 'v2']).default('v2'),
  /** Whether Target runs without the Experience Cloud ID, where v2 takes `pcId`. */
  withoutEcid: z.boolean().default(false),
  /** Profile attribute of Target → attribute of the profile, or the segment whose membership it says. */
  fields: z
    .record(parameter, z.union([z.string().min(1), z.strictObject({ segment: definitionId })]))
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `expected at most ${MAX_FIELDS} fields`)
    .default({}),
  /** Before the ids of segments that are in no field, in the names of their attributes. */
  prefix: parameter.default('tributary_'),
  mandatoryAttributes,
  consents: neededConsents.default([]),
  /** Whether the profile API asks for a token (`bearerToken` of the secret). */
  authenticated: z.boolean().default(false),
  /** The path of single updates: Adobe's page has it literally, while bulk updates have the client code in it. */
  singlePath: z
    .string()
    .regex(/^\/[\w/-]+$/, 'a path')
    .default('/m2/client/profile/update'),
  contentType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'a media type')
    .default('application/x-www-form-urlencoded'),
  maxRowsPerRequest: z.int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS),
});
export type TargetDestination = z.output<typeof definition>;

/** Where the API is. */
export const apiUrl = ({ url, client }: TargetDestination): string => url ?? `https://${client}.tt.omtrdc.net`;

/** The column or parameter that says whose profile it is. */
export const keyOf = ({ identities }: TargetDestination): 'thirdPartyId' | 'pcId' =>
  identities.pcId ? 'pcId' : 'thirdPartyId';

/** What fills an attribute of Target. */
export type Source = { readonly attribute: string } | { readonly segment: string };

/** The attributes of Target and what fills them, in order: those of `fields`, then those of the other segments. */
export function sourcesOf({ fields, segments, prefix }: TargetDestination): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>(
    Object.entries(fields).map(([name, from]) => [name, typeof from === 'string' ? { attribute: from } : from]),
  );
  const named = new Set([...sources.values()].flatMap((source) => ('segment' in source ? [source.segment] : [])));
  for (const segment of segments) {
    if (!named.has(segment)) sources.set(prefix + segment.replace(/[.-]/g, '_'), { segment });
  }
  return sources;
}
