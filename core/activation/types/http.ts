import { z } from 'zod';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { authentication, authenticationOf } from '#core/activation/http/credentials.ts';
import { httpBody } from '#core/activation/http/payload.ts';
import { signedRequest } from '#core/activation/http/request.ts';
import { byStatus, sameForAll, unreadable } from '#core/activation/item-results.ts';
import { namespaceCode } from '#core/identity/definition.ts';
import { destinationBase, mandatoryAttributes, mappedAttributes } from '../destination-base.ts';

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
  definition,
  delivery: 'requests',
  profilesPerRequest: ({ maxUsersPerRequest = MAX_PROFILES }) => maxUsersPerRequest,
  identities: ({ identities }) => identities ?? 'all',
  attributes: ({ attributes }) => attributes,
  mandatory: ({ mandatoryAttributes = [] }) => mandatoryAttributes,
  sendsUpdates: () => true,
  authentication: (destination) => authenticationOf(destination.authentication),
  rateLimit: ({ requestsPerSecond }) => requestsPerSecond,
  request: (profiles, { url }, { credentials, now, segmentName }) =>
    signedRequest(url, httpBody(profiles, segmentName), credentials.signingKey, now),
  read: readAnswer,
} satisfies RequestDestination<HttpDestination>;

const MULTI_STATUS = 207;
const perPerson = z.looseObject({ results: z.array(z.looseObject({ status: z.int().min(100).max(599) })) });

/** 207 with `{"results":[{"status":200},…]}` speaks of each person; every other answer of all of them. */
function readAnswer(outcome: HttpOutcome, profiles: number) {
  if (outcome.kind !== 'response' || outcome.status !== MULTI_STATUS) return sameForAll(outcome, profiles);
  const read = perPerson.safeParse(parseJson(outcome.body));
  if (!read.success || read.data.results.length !== profiles) return unreadable(profiles);
  return read.data.results.map(({ status }) => byStatus(status));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
