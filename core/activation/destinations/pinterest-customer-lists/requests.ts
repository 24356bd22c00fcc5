import { actionOf } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { PinterestDestination } from './settings.ts';

/** What the records of a request have in common. */
export interface Call {
  readonly operation: 'ADD' | 'REMOVE';
  readonly list: string;
}

const TIMEOUT_MS = 20_000;

/** A record for each address and change. */
export function recordRows(
  { identities, changes }: ProfileDelivery,
  _destination: PinterestDestination,
  { audienceId }: Pick<RequestContext, 'audienceId'>,
): CallRow<Call, string>[] {
  return changes.flatMap((change) => {
    const list = audienceId(change.segmentId);
    // Nobody is on a list that was never made.
    if (list === undefined) return [];
    const operation = actionOf(change) === 'add' ? 'ADD' : 'REMOVE';
    return identities.map(({ value }) => ({ call: { operation, list }, row: value }));
  });
}

/** Adds records to a list, or takes them out: one text with commas between them. */
export const changeRequest = (
  { operation, list }: Call,
  records: readonly string[],
  destination: PinterestDestination,
): HttpRequest => ({
  ...base(destination),
  method: 'PATCH',
  url: `${listsOf(destination)}/${encodeURIComponent(list)}`,
  body: JSON.stringify({ operation_type: operation, records: records.join(',') }),
});

/** The address of all customer lists of the ad account. */
export const listsOf = ({ url, adAccount }: PinterestDestination): string =>
  `${url}/v5/ad_accounts/${adAccount}/customer_lists`;

/** What all requests have. */
export const base = (
  _destination: PinterestDestination,
): Pick<HttpRequest, 'headers' | 'timeoutMs' | 'maxAnswerBytes'> => ({
  headers: { accept: 'application/json', 'content-type': 'application/json' },
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: 1_000_000,
});
