import { edgeCalls } from '#core/activation/aam/edge-call.ts';
import { type DcsResult, readDcsResponse } from '#core/activation/aam/read-dcs-response.ts';
import { type EdgeDelivery, edgeDelivery } from '#core/activation/delivery.ts';
import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import { type DestinationCatalog, destinationOf } from '#core/activation/destination-catalog.ts';
import type { HttpClient, HttpRequest } from '#core/activation/http/client.ts';
import { stillHolds } from '#core/activation/superseded.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { logFailure } from '#lambdas/runtime/log.ts';
import { createSqsHandler, eachInOrder, type QueueItem } from '#lambdas/runtime/sqs-handler.ts';

export interface DeliverAamEdgeDeps {
  readonly catalog: DestinationCatalog;
  readonly deliveryStates: DeliveryStateStore;
  readonly http: HttpClient;
  readonly metrics: Metrics;
}

const DEVICES_CONCURRENCY = 10;

/** Queue of Audience Manager's edge → the collection server of the device's region. */
export function createHandler(deps: DeliverAamEdgeDeps) {
  const deliver = async ({ id, value: queued }: QueueItem<EdgeDelivery>): Promise<void> => {
    const { destinationId } = queued;
    const exclude = (reason: string): void =>
      deps.metrics.count(METRICS.deliveriesExcluded, 1, { destination: destinationId, reason });
    const value = await stillHolds(queued, deps.deliveryStates);
    if (!value) return exclude('superseded');
    const destination = await destinationOf(deps.catalog, destinationId, 'aam');
    const { requests, names, invalid } = edgeCalls(value, destination);
    for (const reason of invalid) exclude(reason);
    if (requests.length === 0) return;

    const isAdvertisingId = names === 'device' && value.device.namespace !== 'ECID';
    const result = await callAll(requests, deps.http, isAdvertisingId ? 'd_cid' : 'd_mid');
    switch (result.outcome) {
      case 'accepted':
        for (const code of result.ignored) exclude(`dcs-${code}`);
        deps.metrics.count(METRICS.deliveriesSent, 1, { destination: destinationId });
        return;
      case 'optedOut':
        return exclude('optedOut');
      default: {
        const { outcome, reason } = result;
        deps.metrics.count(METRICS.deliveriesFailed, 1, { destination: destinationId, class: outcome });
        const error = new Error(`The edge of "${destinationId}" in region ${value.region.id} answered: ${reason}`);
        if (outcome !== 'drop') throw error;
        logFailure(error, { messageId: id });
      }
    }
  };
  return createSqsHandler(edgeDelivery, eachInOrder(deliver, DEVICES_CONCURRENCY));
}

/** Makes the calls of one delivery, up to the first that is not accepted. Repeating them tells the same thing again. */
async function callAll(
  requests: readonly HttpRequest[],
  http: HttpClient,
  device: 'd_mid' | 'd_cid',
): Promise<DcsResult> {
  const ignored: number[] = [];
  for (const request of requests) {
    const result = readDcsResponse(await http(request), device);
    if (result.outcome !== 'accepted') return result;
    ignored.push(...result.ignored);
  }
  return { outcome: 'accepted', ignored };
}
