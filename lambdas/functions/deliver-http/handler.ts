import { type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import { classifyOutcome, type ErrorClass, reasonOf } from '#core/activation/error-class.ts';
import type { HttpClient } from '#core/activation/http/client.ts';
import { httpBody, MAX_PROFILES_PER_REQUEST } from '#core/activation/http/payload.ts';
import { signedRequest } from '#core/activation/http/request.ts';
import type { Secrets } from '#core/activation/http/secrets.ts';
import type { LedgerStore } from '#core/activation/ledger.ts';
import { stillHolds } from '#core/activation/superseded.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { type DestinationCatalog, destinationOf } from '#lambdas/runtime/destinations.ts';
import { logFailure } from '#lambdas/runtime/log.ts';
import { createSqsHandler, eachInOrder, type QueueItem } from '#lambdas/runtime/sqs-handler.ts';

export interface DeliverHttpDeps {
  readonly catalog: DestinationCatalog;
  readonly ledgers: LedgerStore;
  readonly http: HttpClient;
  readonly secrets: Secrets;
  readonly metrics: Metrics;
  readonly now: Clock;
}

type Item = QueueItem<ProfileDelivery>;
type Failure = { readonly errorClass: ErrorClass; readonly reason: string };

const GROUPS_AT_ONCE = 5;

/**
 * Queue of an HTTP API destination → its endpoint. What comes together is sent in one request; what is tried again is
 * sent alone, so that one profile that the endpoint cannot take does not hold up the others for ever.
 */
export function createHandler(deps: DeliverHttpDeps) {
  /** One request. @returns why it was not delivered, if so; counted and logged */
  const send = async (destinationId: string, items: readonly Item[]): Promise<Failure | undefined> => {
    const { url } = await destinationOf(deps.catalog, destinationId, 'http');
    const body = httpBody(items.map(({ value }) => value));
    const outcome = await deps.http(signedRequest(url, body, await deps.secrets(destinationId), deps.now()));
    const errorClass = classifyOutcome(outcome);
    if (errorClass === undefined) {
      deps.metrics.count(METRICS.deliveriesSent, items.length, { destination: destinationId });
      return undefined;
    }
    return { errorClass, reason: reasonOf(outcome) };
  };

  const failed = (item: Item, { errorClass, reason }: Failure): void => {
    const { destinationId } = item.value;
    deps.metrics.count(METRICS.deliveriesFailed, 1, { destination: destinationId, class: errorClass });
    if (errorClass !== 'drop') throw new Error(`Destination "${destinationId}" was not reached: ${reason}`);
    // It will never be taken: not tried again, but not passed over in silence either.
    const error = new Error(`Destination "${destinationId}" refuses a profile for good: ${reason}`);
    logFailure(error, { messageId: item.id });
  };

  const alone = eachInOrder<ProfileDelivery>(async (item) => {
    const failure = await send(item.value.destinationId, [item]);
    if (failure) failed(item, failure);
  }, GROUPS_AT_ONCE);

  const together = async (items: readonly Item[]): Promise<ReadonlySet<string>> => {
    const failure = items.length > 1 ? await send(items[0]!.value.destinationId, items) : undefined;
    if (items.length > 1 && !failure) return new Set();
    // Some of them are refused for good, and nobody says which.
    if (!failure || failure.errorClass === 'drop') return alone(items);
    const { errorClass, reason } = failure;
    const { destinationId } = items[0]!.value;
    deps.metrics.count(METRICS.deliveriesFailed, items.length, { destination: destinationId, class: errorClass });
    logFailure(new Error(`Destination "${destinationId}" was not reached: ${reason}`), { messages: items.length });
    return new Set(items.map(({ id }) => id));
  };

  /** Without what has been decided otherwise since. */
  const stillHolding = async (queued: readonly Item[]): Promise<Item[]> => {
    const checked = await Promise.all(
      queued.map(async (item) => ({ ...item, value: await stillHolds(item.value, deps.ledgers) })),
    );
    const items = checked.filter((item): item is Item => item.value !== undefined);
    const superseded = queued.length - items.length;
    if (superseded > 0) deps.metrics.count(METRICS.deliveriesExcluded, superseded, { reason: 'superseded' });
    return items;
  };

  return createSqsHandler(profileDelivery, async (queued) => {
    const items = await stillHolding(queued);
    let failedIds: ReadonlySet<string> = new Set();
    for (const batch of batches(items)) {
      const open = batch.filter((item) => !followsFailure(item, items, failedIds));
      const again = open.some(({ attempt }) => attempt > 1);
      const failing = open.length === 0 ? new Set<string>() : await (again ? alone(open) : together(open));
      failedIds = failedIds.union(failing);
    }
    return failedIds;
  });
}

/** Items of one destination, as many as fit into a request, in order. */
function batches(items: readonly Item[]): Item[][] {
  return [...Map.groupBy(items, ({ value }) => value.destinationId).values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / MAX_PROFILES_PER_REQUEST) }, (_, index) =>
      own.slice(index * MAX_PROFILES_PER_REQUEST, (index + 1) * MAX_PROFILES_PER_REQUEST),
    ),
  );
}

/** Whether an earlier item of the same message group has failed: what follows it must not overtake it. */
const followsFailure = (item: Item, items: readonly Item[], failedIds: ReadonlySet<string>): boolean =>
  item.group !== undefined && items.some(({ id, group }) => group === item.group && failedIds.has(id));
