import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { apiUrl, keyOf, type Source, sourcesOf, type TargetDestination } from './settings.ts';

/** A profile: its id, and attributes with their values as texts. */
export interface TargetRow {
  readonly id: string;
  readonly values: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 10_000;

/** A row for each id. An attribute without a value is left out: Target ignores empty ones. */
export function targetRows(
  { identities, attributes, changes }: ProfileDelivery,
  destination: TargetDestination,
): CallRow<null, TargetRow>[] {
  const statuses = new Map(changes.map(({ segmentId, status }) => [segmentId, status]));
  const filledFrom = (source: Source): unknown => {
    if ('attribute' in source) return attributes[source.attribute];
    const status = statuses.get(source.segment);
    // Who leaves is sent a value, since nothing can be taken away.
    return status && status === 'realized';
  };
  const values: Record<string, string> = {};
  for (const [name, source] of sourcesOf(destination)) {
    const value = filledFrom(source);
    if (value !== undefined && value !== null && value !== '') values[name] = textOf(value);
  }
  return identities.map(({ value: id }) => ({ call: null, row: { id, values } }));
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** A batch of profiles, or one. */
export const targetRequest = (rows: readonly TargetRow[], destination: TargetDestination): HttpRequest =>
  destination.mode === 'bulk' ? bulkRequest(rows, destination) : singleRequest(rows[0]!, destination);

/** The body begins with `batch=`; the first row has the names, the others may have empty values. */
function bulkRequest(rows: readonly TargetRow[], destination: TargetDestination): HttpRequest {
  const { client, version, contentType } = destination;
  const used = new Set(rows.flatMap(({ values }) => Object.keys(values)));
  const columns = [...sourcesOf(destination).keys()].filter((name) => used.has(name));
  const lines = rows.map(({ id, values }) =>
    [id, ...columns.map((name) => values[name] ?? '')].map(encodeURIComponent).join(','),
  );
  return {
    method: 'POST',
    url: `${apiUrl(destination)}/m2/${client}${version === 'v2' ? '/v2' : ''}/profile/batchUpdate`,
    headers: { 'content-type': contentType },
    body: `batch=${[[keyOf(destination), ...columns].join(','), ...lines].join('\n')}`,
    timeoutMs: TIMEOUT_MS,
  };
}

const SINGLE_KEYS = { thirdPartyId: 'mbox3rdPartyId', pcId: 'mboxPC' } as const;

function singleRequest({ id, values }: TargetRow, destination: TargetDestination): HttpRequest {
  const parameters = [
    [SINGLE_KEYS[keyOf(destination)], id],
    ...Object.entries(values).map(([name, value]) => [`profile.${name}`, value]),
  ];
  return {
    method: 'POST',
    url: `${apiUrl(destination)}${destination.singlePath}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    // In the body, where it may be longer, and ids are in nobody's log of addresses.
    body: parameters.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`).join('&'),
    timeoutMs: TIMEOUT_MS,
  };
}

/** Asks how a batch stands, with counts. */
export function statusRequest(address: string): HttpRequest {
  const url = new URL(address);
  url.searchParams.set('showDetails', 'true');
  return { method: 'GET', url: url.href, headers: {}, body: '', timeoutMs: TIMEOUT_MS };
}

const ADOBE = /^[a-z0-9-]+\.tt\.omtrdc\.net$/;

/**
 * Where the status of a batch is asked for: the address that the answer names, as far as it is one of Target's, by TLS;
 * else the same path at the API's own host, so that no answer leads a token elsewhere.
 */
export function statusAddress(named: string, destination: TargetDestination): string | undefined {
  if (!URL.canParse(named)) return undefined;
  const { hostname, pathname, searchParams } = new URL(named);
  const batchId = searchParams.get('batchId');
  if (!batchId || !/^\/m2\/[\w/-]+\/batchStatus$/.test(pathname)) return undefined;
  const isAdobe = destination.url === undefined && ADOBE.test(hostname);
  const origin = isAdobe ? `https://${hostname}` : apiUrl(destination);
  return `${origin}${pathname}?batchId=${encodeURIComponent(batchId)}`;
}
