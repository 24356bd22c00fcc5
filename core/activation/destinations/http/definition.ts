import { z } from 'zod';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { destinationBase, mandatoryAttributes, mappedAttributes } from '#core/activation/destination-base.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import { authentication, authenticationOf } from '#core/activation/http/credentials.ts';
import { namespaceCode } from '#core/identity/definition.ts';
import { httpAnswer } from './answers.ts';
import { httpBody } from './requests.ts';
import { signedRequest } from './signed-request.ts';

/** aep.md §6.2 */
const MAX_PROFILES = 10;

const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('http'),
  url: z.url({ protocol: /^https?$/ }),
  /** Namespaces to send; all of the profile's identities where it is omitted (aep.md §6.1). */
  identities: z.array(namespaceCode).optional(),
  attributes: mappedAttributes,
  mandatoryAttributes,
  authentication: authentication.optional(),
  /** Most profiles in one request. */
  maxUsersPerRequest: z.int().min(1).max(MAX_PROFILES).optional(),
  /** Requests a second that the endpoint takes. */
  requestsPerSecond: z.number().min(1).max(10_000).optional(),
});
export type HttpDestination = z.output<typeof definition>;

/** The HTTP API destination (aep.md §6.2): whole profiles to an endpoint of the company's own. */
export const http = {
  name: 'http',
  title: 'HTTP API',
  category: 'webhook',
  summary:
    'Profiles with their memberships, identities and mapped attributes as JSON to an HTTPS endpoint of your own.',
  definition,
  example: { id: 'webhook', url: 'https://hooks.example.com/profiles', attributes: ['person.name.firstName'] },
  setUp: [
    'Provide an HTTPS endpoint with a public address that answers within two seconds.',
    'Verify the signature of requests with the signing key in the secret (docs/destinations.md, "Who sent it").',
  ],
  credentials: {
    signingKey: 'signs every request; generated',
    bearerToken: 'with `authentication: { type: bearer }`',
    clientId: 'with `authentication: { type: oauth2ClientCredentials }`',
    clientSecret: 'the same',
    tokenUrl: 'the same, if the catalog does not name it',
  },
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ maxUsersPerRequest = MAX_PROFILES, requestsPerSecond }) => ({
    rows: maxUsersPerRequest,
    perSecond: requestsPerSecond,
  }),
  identities: ({ identities }) => identities ?? 'all',
  attributes: ({ attributes }) => attributes,
  mandatory: ({ mandatoryAttributes = [] }) => mandatoryAttributes,
  sendsUpdates: () => true,
  references: ({ identities = [] }) => identities.map((namespace, i) => ({ path: ['identities', i], namespace })),
  authentication: (destination) => authenticationOf(destination.authentication),
  rows: (delivery) => [{ call: null, row: delivery }],
  request: (_call, profiles, { url }, { credentials, now, segmentName }) =>
    signedRequest(url, httpBody(profiles, segmentName), credentials.signingKey, now),
  answer: (outcome, profiles) => httpAnswer(outcome, profiles.length),
  alone: true,
} satisfies RequestDestination<HttpDestination, null, ProfileDelivery>;
