import { actionOf } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { TikTokDestination } from './settings.ts';

export interface Call {
  readonly action: 'add' | 'remove';
  readonly audience: string;
}
/** One person, or one of several rows of a person: a value or nothing for each column. */
export type Row = readonly (string | null)[];

const TIMEOUT_MS = 20_000;

/** An endpoint of the API. The slash at the end matters. */
export const endpoint = ({ url, apiVersion }: TikTokDestination, path: string): string =>
  `${url}/open_api/${apiVersion}/${path}/`;

/** A request with a JSON body. */
export const post = (destination: TikTokDestination, path: string, body: object): HttpRequest => ({
  method: 'POST',
  url: endpoint(destination, path),
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  timeoutMs: TIMEOUT_MS,
});

/** One row for each address, number or device more than one, for each change. */
export function personRows(
  delivery: ProfileDelivery,
  destination: TikTokDestination,
  { audienceId }: Pick<RequestContext, 'audienceId'>,
): CallRow<Call, Row>[] {
  const rows = rowsOf(delivery, destination);
  return delivery.changes.flatMap((change) => {
    const audience = audienceId(change.segmentId);
    // Nobody is in an audience that was never made.
    if (audience === undefined) return [];
    const call = { action: actionOf(change), audience };
    return rows.map((row) => ({ call, row }));
  });
}

function rowsOf({ identities }: ProfileDelivery, destination: TikTokDestination): Row[] {
  const columns = columnsOf(destination).map((column) =>
    identities.flatMap(({ namespace, value }) => (namespace === column ? [value] : [])),
  );
  const count = Math.max(...columns.map((values) => values.length));
  return Array.from({ length: count }, (_, i) => columns.map((values) => values[i] ?? null));
}

const columnsOf = ({ identifiers }: TikTokDestination) => [...new Set(identifiers)];

/** Adds to, or removes from an audience. Values stand in the order of `id_schema`, an empty object where there is none. */
export function peopleRequest(
  { action, audience }: Call,
  rows: readonly Row[],
  destination: TikTokDestination,
): HttpRequest {
  return post(destination, 'segment/mapping', {
    advertiser_ids: [destination.advertiserId],
    action: action === 'add' ? 'add' : 'delete',
    id_schema: columnsOf(destination),
    batch_data: rows.map((row) => row.map((id) => (id === null ? {} : { id, audience_ids: [audience] }))),
  });
}
