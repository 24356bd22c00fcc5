import type { EdgeDelivery, MembershipChange } from '#core/activation/delivery.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type DeclaredId, declaredId, type InvalidId } from './identities.ts';

/** What the collection server ingests one call (aep.md §7.5): the body of a POST, the URL of a GET. */
const MAX_BODY_BYTES = 32 * 1024;
const MAX_URL_BYTES = 8 * 1024;
const MAX_IDS = 10;
const MAX_IDS_PER_PROVIDER = 3;

const TIMEOUT_MS = 2_000;

/**
 * Signals of a call. A trait of a segment has the rule `c_segID == "<segment id>"`. A collection server knows no signal
 * that takes a trait away, so an exit is a signal of its own: a trait that excludes it, or a segment rule
 * `entered AND NOT left`, makes the removal (documented in docs/audience-manager.md).
 */
export const ENTRY_SIGNAL = 'c_segID';
export const EXIT_SIGNAL = 'c_segID_exit';

export interface EdgeCalls {
  readonly requests: readonly HttpRequest[];
  /** Whether the requests name a device; a malformed one is left out. */
  readonly names: 'device' | 'personOnly';
  /** Why identities were left out, one entry each. */
  readonly invalid: readonly InvalidId[];
}

export interface EdgeSettings {
  /** Address of a collection server, with `{host}` for the region's host; a query string is kept. */
  readonly edgeEndpoint: string;
  readonly dataProviderIds?: Readonly<Record<string, number>> | undefined;
  /** `d_orgid` */
  readonly organizationId?: string | undefined;
  /** The company's alias of demdex.net, for the header `Host`. */
  readonly domainAlias?: string | undefined;
  readonly edgeMethod?: 'POST' | 'GET' | undefined;
}

/**
 * The `/event` calls for one device at one region (aep.md §7.5), mostly one; more where ids or signals exceed what a
 * call may carry. Each names the device: an ECID as `d_mid`, the others as `d_cid=DPID%01UUID`.
 */
export function edgeCalls(delivery: EdgeDelivery, settings: EdgeSettings): EdgeCalls {
  const invalid: InvalidId[] = [];
  const declare = (identity: EdgeDelivery['device']): DeclaredId[] => {
    const declared = declaredId(identity, settings.dataProviderIds);
    if (typeof declared !== 'string') return [declared];
    invalid.push(declared);
    return [];
  };
  const [device] = declare(delivery.device);
  const persons = unique(delivery.personIdentities.flatMap(declare));
  if (!device && persons.length === 0) return { requests: [], names: 'personOnly', invalid };

  const isEcid = delivery.device.namespace === 'ECID';
  const always: [string, string][] = [
    ['d_rtbd', 'json'],
    ['d_jsonv', '1'],
    ...(settings.organizationId ? [['d_orgid', settings.organizationId] satisfies [string, string]] : []),
    ...(device && isEcid ? [['d_mid', device.id] satisfies [string, string]] : []),
  ];
  const url = eventUrl(settings.edgeEndpoint, delivery.region.host);
  const room = settings.edgeMethod === 'GET' ? MAX_URL_BYTES - withQuery(url, '').length : MAX_BODY_BYTES;
  const requests = idBatches(persons, device && !isEcid ? device : undefined, room / 2).flatMap((ids) => {
    const head = form([...always, ...ids.map(cid)]);
    return bodies(head, delivery.changes, room).map((body) => request(url, body, settings));
  });
  return { requests, names: device ? 'device' : 'personOnly', invalid };
}

function request(url: string, form: string, { edgeMethod, domainAlias }: EdgeSettings): HttpRequest {
  const host = domainAlias === undefined ? {} : { host: `${domainAlias}.demdex.net` };
  return edgeMethod === 'GET'
    ? { method: 'GET', url: withQuery(url, form), body: '', timeoutMs: TIMEOUT_MS, headers: host }
    : {
        method: 'POST',
        url,
        body: form,
        timeoutMs: TIMEOUT_MS,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...host },
      };
}

const withQuery = (url: string, form: string): string => `${url}${url.includes('?') ? '&' : '?'}${form}`;

function eventUrl(edgeEndpoint: string, host: string): string {
  const url = new URL(edgeEndpoint.split('{host}').join(host));
  url.pathname = `${url.pathname.replace(/\/$/, '')}/event`;
  return url.href;
}

const cid = ({ dataProviderId, id }: DeclaredId): [string, string] => ['d_cid', `${dataProviderId}\u0001${id}`];

const form = (pairs: [string, string][]): string => new URLSearchParams(pairs).toString();

const unique = (ids: readonly DeclaredId[]): DeclaredId[] => [
  ...new Map(ids.map((declared) => [`${declared.dataProviderId}:${declared.id}`, declared])).values(),
];

/**
 * Ids in as few calls as the limits allow; at least one call, and the device (if it has no `d_mid`) in each.
 * @param room bytes for ids: the rest of a call is for signals
 */
function idBatches(persons: readonly DeclaredId[], device: DeclaredId | undefined, room: number): DeclaredId[][] {
  const start = device ? [device] : [];
  const batches: DeclaredId[][] = [[...start]];
  for (const person of persons) {
    const open = batches.find(
      (batch) =>
        batch.length < MAX_IDS &&
        form([...batch, person].map(cid)).length <= room &&
        batch.filter(({ dataProviderId }) => dataProviderId === person.dataProviderId).length < MAX_IDS_PER_PROVIDER,
    );
    if (open) open.push(person);
    else batches.push([...start, person]);
  }
  return batches;
}

/** Forms of at most `room` bytes that begin with `head` and carry all signals between them. */
function bodies(head: string, changes: readonly MembershipChange[], room: number): string[] {
  const signals = changes.map(({ segmentId, status }) =>
    form([[status === 'realized' ? ENTRY_SIGNAL : EXIT_SIGNAL, segmentId]]),
  );
  const all: string[] = [];
  let body = head;
  for (const signal of signals) {
    if (body !== head && body.length + 1 + signal.length > room) {
      all.push(body);
      body = head;
    }
    body = `${body}&${signal}`;
  }
  all.push(body);
  return all;
}
