import { SUBMITTED } from '#core/activation/deliver/jobs.ts';
import { type ProfileDelivery, profileDelivery } from '#core/activation/delivery.ts';
import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import type { ItemResult } from '#core/activation/destination-type.ts';
import type { ErrorClass } from '#core/activation/error-class.ts';
import { createErrorRecorder } from '#core/activation/errors/record-errors.ts';
import { SIGN_IN_EXPIRED } from '#core/activation/http/tokens.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import type { VendorDeletions } from '#core/activation/ports/vendor-deletions.ts';
import {
  createRequestSender,
  HELD_BACK,
  OUTCOME_UNKNOWN,
  QUIET_HOURS,
  type RequestSenderDeps,
} from '#core/activation/request-sender.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import { overtaken, stillHolds } from '#core/activation/superseded.ts';
import { DELIVERY_ATTEMPTS } from '#core/contract/delivery-lanes.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { createLaneHandler, eachOpen } from '#lambdas/runtime/lane-handler.ts';
import type { LaneDeps, LaneItem, LaneSession } from '#lambdas/runtime/lane-session.ts';
import { logFailure } from '#lambdas/runtime/log.ts';

export interface DeliverHttpDeps extends Omit<RequestSenderDeps, 'logFailure' | 'onReported' | 'onUnknown'>, LaneDeps {
  readonly deliveryStates: DeliveryStateStore;
  /** Takes orders to route identities anew. */
  readonly reroutes: MessageQueue<Reroute>;
  /** Keeps why people were not taken. */
  readonly deliveryErrors: DeliveryErrors;
  /** Keeps what vendors said when they were asked to delete somebody. */
  readonly vendorDeletions: VendorDeletions;
  readonly metrics: Metrics;
}

type Item = LaneItem<ProfileDelivery>;
type Session = LaneSession<ProfileDelivery>;
type Failure = Extract<ItemResult, { delivered: false }>;

const GROUPS_CONCURRENCY = 5;
/** Why deliveries wait without anything being wrong with them. */
const WAITING: ReadonlySet<string> = new Set([HELD_BACK, SUBMITTED, QUIET_HOURS, OUTCOME_UNKNOWN]);
const WORDS: Readonly<Partial<Record<ErrorClass, string>>> = {
  drop: 'rejects a profile for good',
  unknown: 'may or may not have taken a text',
};

/**
 * Queue of a destination that is told in requests → its endpoint. What comes together is sent in one request; what is
 * tried again is sent alone, so that one profile that the endpoint cannot take does not hold up the others for ever.
 * What has to wait goes back to the queue until it may be its turn.
 */
export function createHandler(deps: DeliverHttpDeps) {
  const send = createRequestSender({
    ...deps,
    logFailure,
    onReported: (destination, { reason, count }) =>
      deps.metrics.count(METRICS.deliveriesExcluded, count, { destination, reason: `vendor:${reason}` }),
    onUnknown: (destination) => deps.metrics.count(METRICS.deliveriesUnknown, 1, { destination }),
  });

  const noteErrors = createErrorRecorder({ ...deps, logFailure });

  /** What vendors say to deletions, for the receipt; whoever cannot note it asks the vendor once more. */
  const noteDeletions = async (items: readonly Item[], results: readonly ItemResult[]): Promise<void> => {
    for (const [index, { value }] of items.entries()) {
      const result = results[index]!;
      const isOver = result.delivered || result.errorClass === 'drop';
      if (value.deletion === undefined || !isOver) continue;
      const outcome = result.delivered ? 'deleted' : 'rejected';
      await deps.vendorDeletions.put(value.deletion, value.destinationId, outcome);
    }
  };

  /** Counts, logs and notes what became of each. */
  const recordResults = async (
    items: readonly Item[],
    results: readonly ItemResult[],
    session: Session,
  ): Promise<void> => {
    await noteDeletions(items, results);
    const delivered = items.filter((_, index) => results[index]!.delivered);
    session.done(delivered);
    const failures = new Map<string, { failure: Failure; items: Item[] }>();
    const errors: { readonly delivery: ProfileDelivery; readonly failure: Failure }[] = [];
    for (const [index, item] of items.entries()) {
      const result = results[index]!;
      if (result.delivered) continue;
      errors.push({ delivery: item.value, failure: result });
      const key = `${result.errorClass} ${result.reason}`;
      const known = failures.get(key) ?? { failure: result, items: [] };
      known.items.push(item);
      failures.set(key, known);
    }
    const destination = items[0]!.value.destinationId;
    if (delivered.length > 0) deps.metrics.count(METRICS.deliveriesSent, delivered.length, { destination });
    for (const { failure, items: own } of failures.values()) await settleFailed(own, failure, session);
    await noteErrors(destination, errors);
  };

  const countFailed = (destination: string, { errorClass, reason }: Failure, count: number): void => {
    const { metrics } = deps;
    if (reason === SIGN_IN_EXPIRED) metrics.count(METRICS.signInsExpired, 1, { destination });
    if (WAITING.has(reason)) metrics.count(METRICS.deliveriesHeldBack, count, { destination });
    else if (errorClass === 'skip') metrics.count(METRICS.deliveriesExcluded, count, { destination, reason });
    else metrics.count(METRICS.deliveriesFailed, count, { destination, class: errorClass });
  };

  const settleFailed = async (items: readonly Item[], failure: Failure, session: Session): Promise<void> => {
    const { errorClass, reason, until = deps.now() } = failure;
    const destination = items[0]!.value.destinationId;
    countFailed(destination, failure, items.length);
    if (errorClass === 'wait') return session.wait(items, until);
    if (errorClass === 'skip') return session.done(items);
    const what = WORDS[errorClass] ?? 'was not reached';
    logFailure(new Error(`Destination "${destination}" ${what}: ${reason}`), { messages: items.map(({ id }) => id) });
    // What is dropped will never be taken: not tried again, but not passed over in silence either.
    if (errorClass === 'drop' || errorClass === 'unknown') session.done(items);
    else await session.fail(items);
  };

  const order = async (reroutes: readonly (Reroute | undefined)[]): Promise<void> => {
    const orders = reroutes.filter((reroute) => reroute !== undefined);
    if (orders.length > 0) await deps.reroutes.send(orders);
  };

  const sendItems = async (items: readonly Item[], session: Session): Promise<readonly ItemResult[]> => {
    const profiles = items.map(({ value }) => value);
    const results = await send(profiles[0]!.destinationId, profiles, {
      isBack: session.isBack(items),
      patience: session.patience,
      isLast: items.some(({ attempt }) => attempt >= DELIVERY_ATTEMPTS.http),
      begin: () => session.begin(items),
      hasTime: () => session.hasTime(),
      leftMs: () => session.leftMs(),
    });
    // What was held back has not been sent.
    const isSent = results.some((result) => result.delivered || result.reason !== HELD_BACK);
    const others = profiles.filter(({ deletion }) => deletion === undefined);
    if (isSent) await order(await Promise.all(others.map((delivery) => overtaken(delivery, deps.deliveryStates))));
    return results;
  };

  const alone = (items: readonly Item[], session: Session): Promise<void> =>
    eachOpen(items, session, GROUPS_CONCURRENCY, async (item) => {
      await recordResults([item], await sendItems([item], session), session);
    });

  const together = async (items: readonly Item[], mayBeAlone: boolean, session: Session): Promise<void> => {
    const results = await sendItems(items, session);
    // All of them are rejected for good because of some, and nobody says which.
    const isRejected = results.every((result) => !result.delivered && result.errorClass === 'drop');
    await (mayBeAlone && items.length > 1 && isRejected
      ? alone(items, session)
      : recordResults(items, results, session));
  };

  /** Without what has been decided otherwise since. */
  const stillHolding = async (queued: readonly Item[], session: Session): Promise<Item[]> => {
    const checked = await Promise.all(
      // Who is to be deleted is, whatever was decided since.
      queued.map(async (item) =>
        item.value.deletion === undefined
          ? { item, ...(await stillHolds(item.value, deps.deliveryStates)) }
          : { item, delivery: item.value },
      ),
    );
    await order(checked.map((each) => ('reroute' in each ? each.reroute : undefined)));
    const over = checked.filter(({ delivery }) => delivery === undefined).map(({ item }) => item);
    for (const { value } of over) {
      deps.metrics.count(METRICS.deliveriesExcluded, 1, { destination: value.destinationId, reason: 'superseded' });
    }
    session.done(over);
    return checked.flatMap(({ item, delivery }) => (delivery ? [{ ...item, value: delivery }] : []));
  };

  /** Everything for one destination, in requests of as many as it takes. */
  const deliver = async (items: readonly Item[], session: Session): Promise<void> => {
    const { profilesPerRequest, aloneFrom, alone: mayBeAlone } = await send.batching(items[0]!.value.destinationId);
    for (;;) {
      const open = session.open(items);
      if (open.length === 0 || !session.hasTime()) return;
      const batch = open.slice(0, profilesPerRequest);
      const isApart = ({ attempt }: Item): boolean => attempt >= aloneFrom;
      const [apart, rest] = [batch.filter(isApart), batch.filter((item) => !isApart(item))];
      if (rest.length > 0) await together(rest, mayBeAlone, session);
      if (apart.length > 0) await alone(apart, session);
      if (session.open(items).length > 0) await session.acknowledge(batch);
    }
  };

  return createLaneHandler(
    profileDelivery,
    { ...deps, maxAttempts: DELIVERY_ATTEMPTS.http },
    async (queued, session) => {
      const items = await stillHolding(queued, session);
      for (const own of Map.groupBy(items, ({ value }) => value.destinationId).values()) {
        try {
          await deliver(own, session);
        } catch (error) {
          logFailure(error, { messages: own.length });
          await session.fail(session.open(own));
        }
      }
    },
    async (items) => (await send.batching(items[0]!.value.destinationId)).profilesPerRequest,
  );
}
