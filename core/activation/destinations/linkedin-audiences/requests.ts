import { actionOf } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type Details, detailsOf } from './normalise.ts';
import type { LinkedInDestination } from './settings.ts';

/** What elements of a request have in common. Entries and exits of one segment go together. */
export interface Call {
  /** Of the DMP segment, as it is remembered. */
  readonly segment: string;
}
/** One person. */
export interface Element extends Details {
  readonly action: 'ADD' | 'REMOVE';
  readonly userIds: readonly { readonly idType: string; readonly idValue: string }[];
}

const TIMEOUT_MS = 20_000;

/**
 * Ids of segments that were made are remembered with when that was, by LinkedIn's clock: for a while after it is made a
 * segment is not found. Ids that a catalog names have no time.
 */
export const remembered = (id: string, madeAtMs: number): string =>
  Number.isNaN(madeAtMs) ? id : `${id}@${Math.floor(madeAtMs / 1_000)}`;

/** The id of a segment as LinkedIn knows it, and when it was made (epoch ms), where that is remembered. */
export function segmentOf(id: string): { readonly id: string; readonly madeAtMs?: number } {
  const [own = '', madeAt] = id.split('@');
  return madeAt === undefined ? { id: own } : { id: own, madeAtMs: Number(madeAt) * 1_000 };
}

/** One element for each change. */
export function personRows(
  { identities, attributes, changes }: ProfileDelivery,
  { details: paths }: LinkedInDestination,
  { audienceId }: Pick<RequestContext, 'audienceId'>,
): CallRow<Call, Element>[] {
  const userIds = identities.map(({ namespace, value }) => ({ idType: namespace, idValue: value }));
  const values = Object.entries(paths ?? {}).map(([name, path]) => [name, path && attributes[path]] as const);
  const details = detailsOf(Object.fromEntries(values));
  return changes.flatMap((change) => {
    const segment = audienceId(change.segmentId);
    // Nobody is in a segment that was never made.
    if (segment === undefined) return [];
    const row: Element =
      actionOf(change) === 'add' ? { action: 'ADD', userIds, ...details } : { action: 'REMOVE', userIds };
    return [{ call: { segment }, row }];
  });
}

/** Adds and removes people. */
export const peopleRequest = (
  { segment }: Call,
  elements: readonly Element[],
  destination: LinkedInDestination,
): HttpRequest => ({
  ...base(destination, { 'x-restli-method': 'BATCH_CREATE' }),
  method: 'POST',
  url: `${destination.url}/rest/dmpSegments/${encodeURIComponent(segmentOf(segment).id)}/users`,
  body: JSON.stringify({ elements }),
});

/** What all requests have: a version of the API is never assumed. */
export const base = (
  { apiVersion }: LinkedInDestination,
  headers: Readonly<Record<string, string>> = {},
): Pick<HttpRequest, 'headers' | 'timeoutMs' | 'maxAnswerBytes'> => ({
  headers: {
    'content-type': 'application/json',
    'linkedin-version': apiVersion,
    'x-restli-protocol-version': '2.0.0',
    ...headers,
  },
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: 1_000_000,
});
