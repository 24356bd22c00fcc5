import { type EdgeDelivery, edgeDelivery } from '#core/activation/delivery.ts';
import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import { type DestinationCatalog, destinationOf } from '#core/activation/destination-catalog.ts';
import { edgeCalls } from '#core/activation/destinations/aam/edge-call.ts';
import { type DcsResult, readDcsResponse } from '#core/activation/destinations/aam/read-dcs-response.ts';
import { askedToWait } from '#core/activation/error-class.ts';
import type { HttpClient, HttpRequest } from '#core/activation/http/client.ts';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import { overtaken, stillHolds } from '#core/activation/superseded.ts';
import { DELIVERY_ATTEMPTS } from '#core/contract/delivery-lanes.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { createLaneHandler, eachOpen } from './lane-handler.ts';
import type { LaneDeps, LaneItem, LaneSession } from './lane-session.ts';
import { logFailure } from './log.ts';

export interface DeliverToEdgeDeps extends LaneDeps {
  readonly catalog: DestinationCatalog;
  readonly deliveryStates: DeliveryStateStore;
  /** Takes orders to route identities anew. */
  readonly reroutes: MessageQueue<Reroute>;
  readonly http: HttpClient;
  readonly rateLimit: RateLimit;
  readonly metrics: Metrics;
}

const DEVICES_CONCURRENCY = 10;

type Item = LaneItem<EdgeDelivery>;
type Session = LaneSession<EdgeDelivery>;
type Failure = Exclude<DcsResult, { outcome: 'accepted' | 'optedOut' }>;

/**
 * Queue of Audience Manager's edge → the collection server of the device's region. A region that asks for time is left
 * alone by all functions, and no other with it.
 */
export function createEdgeHandler(deps: DeliverToEdgeDeps) {
  const exclude = (destinationId: string, reasons: readonly string[]): void => {
    for (const reason of reasons) {
      deps.metrics.count(METRICS.deliveriesExcluded, 1, { destination: destinationId, reason });
    }
  };

  /** Whether the region may be called now; the delivery waits otherwise. */
  const begin = async (item: Item, value: EdgeDelivery, session: Session): Promise<boolean> => {
    const turn = { isBack: session.isBack([item]), patienceMs: 0 };
    const until = await deps.rateLimit.acquire(regionOf(value), undefined, turn);
    if (until === undefined) {
      await session.begin([item]);
      return true;
    }
    deps.metrics.count(METRICS.deliveriesHeldBack, 1, { destination: value.destinationId });
    await session.wait([item], until);
    return false;
  };

  /** @throws Error when it has to be tried again */
  const fail = async (
    { outcome, reason }: Failure,
    waitMs: number,
    item: Item,
    value: EdgeDelivery,
    session: Session,
  ): Promise<void> => {
    const { destinationId, region } = value;
    deps.metrics.count(METRICS.deliveriesFailed, 1, { destination: destinationId, class: outcome });
    if (outcome === 'wait') return session.wait([item], await deps.rateLimit.backOff(regionOf(value), waitMs));
    const error = new Error(`The edge of "${destinationId}" in region ${region.id} answered: ${reason}`);
    if (outcome !== 'drop') throw error;
    logFailure(error, { messageId: item.id });
    session.done([item]);
  };

  const order = async (reroute: Reroute | undefined): Promise<void> => {
    if (reroute) await deps.reroutes.send([reroute]);
  };

  const deliver = async (item: Item, session: Session): Promise<void> => {
    const { destinationId } = item.value;
    const { delivery: value, reroute } = await stillHolds(item.value, deps.deliveryStates);
    await order(reroute);
    if (!value) {
      exclude(destinationId, ['superseded']);
      return session.done([item]);
    }
    const destination = await destinationOf(deps.catalog, destinationId, 'aam');
    const { requests, names, invalid } = edgeCalls(value, destination);
    if (requests.length > 0 && !(await begin(item, value, session))) return;
    exclude(destinationId, invalid);
    if (requests.length === 0) return session.done([item]);

    const isAdvertisingId = names === 'device' && value.device.namespace !== 'ECID';
    const { result, waitMs } = await callAll(requests, deps.http, isAdvertisingId ? 'd_cid' : 'd_mid');
    await order(await overtaken(value, deps.deliveryStates));
    if (result.outcome === 'optedOut') exclude(destinationId, ['optedOut']);
    else if (result.outcome !== 'accepted') return fail(result, waitMs, item, value, session);
    else {
      exclude(
        destinationId,
        result.ignored.map((code) => `dcs-${code}`),
      );
      deps.metrics.count(METRICS.deliveriesSent, 1, { destination: destinationId });
    }
    session.done([item]);
  };
  return createLaneHandler(
    edgeDelivery,
    { ...deps, maxAttempts: DELIVERY_ATTEMPTS['aam-edge'] },
    async (items, session) => eachOpen(items, session, DEVICES_CONCURRENCY, (item) => deliver(item, session)),
  );
}

/** As its rate limit is called: each region has servers of its own. */
const regionOf = ({ destinationId, region }: EdgeDelivery): string => `${destinationId}@${region.host}`;

/** Makes the calls of one delivery, up to the first that is not accepted. Repeating them tells the same thing again. */
async function callAll(
  requests: readonly HttpRequest[],
  http: HttpClient,
  device: 'd_mid' | 'd_cid',
): Promise<{ readonly result: DcsResult; readonly waitMs: number }> {
  const ignored: number[] = [];
  for (const request of requests) {
    const answer = await http(request);
    const result = readDcsResponse(answer, device);
    if (result.outcome !== 'accepted') return { result, waitMs: askedToWait(answer) };
    ignored.push(...result.ignored);
  }
  return { result: { outcome: 'accepted', ignored }, waitMs: 0 };
}
