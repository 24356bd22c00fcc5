import { type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import type { ItemResult } from '#core/activation/destination-type.ts';
import { createRequestSender, type RequestSenderDeps } from '#core/activation/request-sender.ts';
import { stillHolds } from '#core/activation/superseded.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { logFailure } from '#lambdas/runtime/log.ts';
import { createSqsHandler, eachInOrder, type QueueItem } from '#lambdas/runtime/sqs-handler.ts';

export interface DeliverHttpDeps extends Omit<RequestSenderDeps, 'logFailure'> {
  readonly deliveryStates: DeliveryStateStore;
  readonly metrics: Metrics;
}

type Item = QueueItem<ProfileDelivery>;
type Failure = Extract<ItemResult, { delivered: false }>;

const GROUPS_CONCURRENCY = 5;

/**
 * Queue of a destination that is told in requests → its endpoint. What comes together is sent in one request; what is
 * tried again is sent alone, so that one profile that the endpoint cannot take does not hold up the others for ever.
 */
export function createHandler(deps: DeliverHttpDeps) {
  const send = createRequestSender({ ...deps, logFailure });

  /** Counts and logs what became of each. @returns the ids of those that have to come again */
  const recordResults = (items: readonly Item[], results: readonly ItemResult[]): Set<string> => {
    const again = new Set<string>();
    const failures = new Map<string, { failure: Failure; items: Item[] }>();
    let delivered = 0;
    for (const [index, item] of items.entries()) {
      const result = results[index]!;
      if (result.delivered) {
        delivered += 1;
        continue;
      }
      const key = `${result.errorClass} ${result.reason}`;
      const known = failures.get(key) ?? { failure: result, items: [] };
      known.items.push(item);
      failures.set(key, known);
      // What is dropped will never be taken: not tried again, but not passed over in silence either.
      if (result.errorClass !== 'drop') again.add(item.id);
    }
    const destination = items[0]!.value.destinationId;
    if (delivered > 0) deps.metrics.count(METRICS.deliveriesSent, delivered, { destination });
    for (const { failure, items: own } of failures.values()) {
      const { errorClass, reason } = failure;
      deps.metrics.count(METRICS.deliveriesFailed, own.length, { destination, class: errorClass });
      const what = errorClass === 'drop' ? 'rejects a profile for good' : 'was not reached';
      logFailure(new Error(`Destination "${destination}" ${what}: ${reason}`), { messages: own.map(({ id }) => id) });
    }
    return again;
  };

  const sendItems = (items: readonly Item[]): Promise<readonly ItemResult[]> =>
    send(
      items[0]!.value.destinationId,
      items.map(({ value }) => value),
    );

  const alone = eachInOrder<ProfileDelivery>(async (item) => {
    const [result] = await sendItems([item]);
    if (recordResults([item], [result!]).size > 0) throw new Error('The delivery has to come again');
  }, GROUPS_CONCURRENCY);

  const together = async (items: readonly Item[]): Promise<ReadonlySet<string>> => {
    const results = await sendItems(items);
    // All of them are rejected for good because of some, and nobody says which.
    const isRejected = results.every((result) => !result.delivered && result.errorClass === 'drop');
    return items.length > 1 && isRejected ? alone(items) : recordResults(items, results);
  };

  /** Without what has been decided otherwise since. */
  const stillHolding = async (queued: readonly Item[]): Promise<Item[]> => {
    const checked = await Promise.all(
      queued.map(async (item) => ({ ...item, value: await stillHolds(item.value, deps.deliveryStates) })),
    );
    const items = checked.filter((item): item is Item => item.value !== undefined);
    const superseded = checked.filter(({ value }) => value === undefined).map(({ id }) => id);
    for (const { id, value } of queued) {
      if (!superseded.includes(id)) continue;
      deps.metrics.count(METRICS.deliveriesExcluded, 1, { destination: value.destinationId, reason: 'superseded' });
    }
    return items;
  };

  /** Everything for one destination, in requests of as many as it takes. */
  const deliver = async (items: readonly Item[]): Promise<ReadonlySet<string>> => {
    const { profilesPerRequest, aloneFrom } = await send.batching(items[0]!.value.destinationId);
    let failedIds: ReadonlySet<string> = new Set();
    for (let start = 0; start < items.length; start += profilesPerRequest) {
      const batch = items.slice(start, start + profilesPerRequest);
      const open = batch.filter((item) => !followsFailure(item, items, failedIds));
      if (open.length === 0) continue;
      const apart = open.some(({ attempt }) => attempt >= aloneFrom);
      failedIds = failedIds.union(await (apart ? alone(open) : together(open)));
    }
    return failedIds;
  };

  return createSqsHandler(profileDelivery, async (queued) => {
    const items = await stillHolding(queued);
    let failedIds: ReadonlySet<string> = new Set();
    for (const own of Map.groupBy(items, ({ value }) => value.destinationId).values()) {
      try {
        failedIds = failedIds.union(await deliver(own));
      } catch (error) {
        logFailure(error, { messages: own.length });
        failedIds = failedIds.union(new Set(own.map(({ id }) => id)));
      }
    }
    return failedIds;
  });
}

/** Whether an earlier item of the same message group has failed: what follows it must not overtake it. */
const followsFailure = (item: Item, items: readonly Item[], failedIds: ReadonlySet<string>): boolean =>
  item.group !== undefined && items.some(({ id, group }) => group === item.group && failedIds.has(id));
