import * as z from 'zod';
import { MAX_EDGE_REQUEST_BYTES } from '#core/contract/routes.ts';
import { decodeJson } from '#core/ingestion/text/decode-json.ts';
import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { type EdgeProblem, edgeProblem } from './problem.ts';

/** So many events are worked on in one request. */
const MAX_EVENTS = 100;

const text = z.string().max(4_096);
const identity = z.looseObject({
  id: z.string().max(2_048),
  authenticatedState: z.enum(['ambiguous', 'authenticated', 'loggedOut']).optional(),
  primary: z.boolean().optional(),
});
/** Identities by namespace, as `xdm.identityMap` has them. */
export const identityMap = z.record(z.string().max(256), z.array(identity).max(50));
export type EdgeIdentityMap = z.output<typeof identityMap>;

const fields = z.record(z.string(), z.unknown());
const personalization = z.looseObject({
  enabled: z.boolean().optional(),
  decisionScopes: z.array(text).max(100).optional(),
  surfaces: z.array(text).max(100).optional(),
  schemas: z.array(text).max(100).optional(),
});
const event = z.looseObject({
  xdm: fields.optional(),
  data: fields.optional(),
  query: z.looseObject({ personalization: personalization.optional() }).optional(),
});
export type EdgeEvent = z.output<typeof event>;

const state = z.looseObject({
  domain: text.optional(),
  cookiesEnabled: z.boolean().optional(),
  entries: z
    .array(z.looseObject({ key: text, value: text }))
    .max(50)
    .optional(),
});
const common = {
  xdm: z.looseObject({ identityMap: identityMap.optional() }).optional(),
  identityMap: identityMap.optional(),
  query: z.looseObject({ identity: z.looseObject({ fetch: z.array(text).max(10).optional() }).optional() }).optional(),
  meta: z.looseObject({ state: state.optional(), configOverrides: fields.optional() }).optional(),
};
const consent = z.looseObject({ standard: text, version: text, value: z.unknown() });
export type StatedConsent = z.output<typeof consent>;

const bodies = {
  events: z.looseObject({ ...common, events: z.array(event).min(1).max(MAX_EVENTS) }),
  event: z.looseObject({ ...common, event }),
  acquire: z.looseObject(common),
  consent: z.looseObject({ ...common, consent: z.array(consent).min(1).max(10) }),
};

/** What a call asks for, as far as anything is done with it. */
export interface EdgeRequest {
  readonly events: readonly EdgeEvent[];
  readonly consent: readonly StatedConsent[];
  /** Identities at the top of the body: of the whole call. */
  readonly identityMap: EdgeIdentityMap;
  /** Namespaces whose identity the caller wants to be told. */
  readonly fetch: readonly string[];
  readonly state: { readonly domain?: string | undefined; readonly entries: ReadonlyMap<string, string> };
  readonly configOverrides: Readonly<Record<string, unknown>> | undefined;
}

export type EdgeBody = keyof typeof bodies;

/** What an Edge call may be written as. The SDK says `text/plain`, so that browsers need not ask before. */
const CONTENT_TYPES = ['text/plain', 'application/json', 'text/javascript'];

/**
 * Reads the body of a call.
 * @param expected which of the forms: several events, one event (v2), none, or consents
 * @returns what it asks for, or the error of the Edge Network that it deserves
 */
export function readRequest(
  body: Uint8Array,
  contentType: string | undefined,
  expected: EdgeBody,
): EdgeRequest | EdgeProblem {
  if (body.length > MAX_EDGE_REQUEST_BYTES) return edgeProblem('0112-413', `At most ${MAX_EDGE_REQUEST_BYTES} bytes`);
  if (body.length === 0) return edgeProblem('0109-408', 'The body of the request is empty');
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (!type) return edgeProblem('0106-400', `Say what the body is: ${CONTENT_TYPES.join(', ')}`);
  if (!CONTENT_TYPES.includes(type)) return edgeProblem('0111-415', `Expected ${CONTENT_TYPES.join(', ')}`);
  const decoded = decodeJson(body);
  if (decoded.rejection) return edgeProblem('0101-400', decoded.rejection.message);
  const result = bodies[expected].safeParse(decoded.value);
  return result.success ? requestOf(result.data) : problemOfIssue(result.error.issues[0]!);
}

function requestOf(data: z.output<(typeof bodies)[EdgeBody]>): EdgeRequest | EdgeProblem {
  const { state: given, configOverrides } = data.meta ?? {};
  if (given?.cookiesEnabled === true && given.domain === undefined) {
    return edgeProblem('0110-400', 'meta.state.domain has to say the domain of the page, where cookies are enabled');
  }
  const events = 'events' in data ? (data.events as EdgeEvent[]) : 'event' in data ? [data.event as EdgeEvent] : [];
  return {
    events,
    consent: 'consent' in data ? (data.consent as StatedConsent[]) : [],
    identityMap: { ...data.xdm?.identityMap, ...data.identityMap },
    fetch: data.query?.identity?.fetch ?? [],
    state: {
      domain: given?.domain?.toLowerCase(),
      entries: new Map(given?.entries?.map(({ key, value }) => [key, value])),
    },
    configOverrides,
  };
}

/** A field that is missing, or of another kind than it has to be. */
export function problemOfIssue(issue: z.core.$ZodIssue, under = ''): EdgeProblem {
  const pointer = `${under}${reportedPointer(pointerTo(issue.path)) ?? ''}`;
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return isMissing
    ? edgeProblem('0103-400', `The field ${pointer} is missing`)
    : edgeProblem('0102-400', `The field ${pointer || '/'} is not as it has to be: ${kindOf(issue)}`);
}

const kindOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' ? `expected ${issue.expected}` : 'see the description of the protocol';
