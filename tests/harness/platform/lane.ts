import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { requestTypeOf } from '#core/activation/registry.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { SqsDeliveryLane } from '#lambdas/adapters/sqs/delivery-lane.ts';
import { createHandler } from '#lambdas/functions/deliver-http/handler.ts';
import { MemoryAttemptCounts } from '#tests/harness/core/attempts.memory.ts';
import { createMemoryRateLimit } from '#tests/harness/core/rate-limit.memory.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';
import { currentCall, elapse } from '#tests/harness/poller/invocation.ts';
import { createPoller, type Poller } from '#tests/harness/poller/poller.ts';
import { catalogOf } from '#tests/unit/activation/factories.ts';
import { asSqsClient, batchSender, queueUrl } from './sqs-client.ts';

export interface Answer {
  readonly outcome: HttpOutcome;
  /** How long the destination takes to answer, in ms. */
  readonly tookMs?: number;
}

export interface LaneOptions {
  /** Of a stage whose connections have a `webhook`. */
  readonly wiring: Wiring;
  readonly start: number;
  /** Besides its id, type and address. */
  readonly destination?: Readonly<Record<string, unknown>>;
  /** Most people of a request, where they are more than the ten of a webhook. */
  readonly most?: number;
  /** What the destination answers. */
  readonly answer: (request: HttpRequest, at: number) => Answer;
  /** What may come between the function and one of its ports: faults. @default nothing */
  readonly intercept?: <T extends object>(port: T) => T;
  readonly concurrency?: number;
  readonly pick?: (count: number) => number;
}

/** One delivery lane as it is deployed, in virtual time: its queue, its function, and a destination at the end of it. */
export interface Lane {
  readonly poller: Poller;
  readonly requests: readonly { readonly at: number; readonly request: HttpRequest; readonly outcome: HttpOutcome }[];
  /** How long each call of the function has waited for turns, in ms. */
  slept(): readonly number[];
  send(delivery: ProfileDelivery, group: string): void;
  /** Bodies of messages. */
  waiting(): readonly ProfileDelivery[];
  dead(): readonly ProfileDelivery[];
}

const QUEUE = 'webhook';

export function createLane(options: LaneOptions): Lane {
  const { intercept = (port) => port } = options;
  const clock = createClock(options.start);
  const sources = options.wiring.sources.filter((source) => source.kind === 'sqs' && source.queue === QUEUE);
  const queues = options.wiring.queues.filter(({ name }) => name === QUEUE || name === `${QUEUE}.dead-letters`);
  const requests: { at: number; request: HttpRequest; outcome: HttpOutcome }[] = [];
  /** By call: from when to when somebody in it has slept. */
  const slept = new Map<object, { from: number; until: number }[]>();
  const urls = new Map(queues.map((queue) => [queueUrl(queue), queue.name]));
  const urlOf = (name: string): string => queueUrl(queues.find((queue) => queue.name === name)!);
  const client = asSqsClient(batchSender((url) => poller.queue(urls.get(url)!)));
  const handler = createHandler({
    catalog: catalogOf({ id: 'webhook', type: 'http', url: 'https://hooks.example.com', ...options.destination }),
    deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
    reroutes: { send: async () => {} },
    async http(request) {
      const at = clock.now();
      const { outcome, tookMs = 0 } = options.answer(request, at);
      const isLate = tookMs > request.timeoutMs;
      requests.push({ at, request, outcome: isLate ? { kind: 'timeout' } : outcome });
      await elapse(clock, Math.min(tookMs, request.timeoutMs));
      return isLate ? { kind: 'timeout' } : outcome;
    },
    secrets: async () => 'secret',
    deliveryErrors: new MemoryDeliveryErrors(),
    vendorDeletions: new MemoryVendorDeletions(),
    vendorState: createMemoryVendorState(clock.now),
    rateLimit: intercept(
      createMemoryRateLimit(clock.now, async (ms) => {
        const call = currentCall()!;
        slept.set(call, [...(slept.get(call) ?? []), { from: clock.now(), until: clock.now() + ms }]);
        await elapse(clock, ms);
      }),
    ),
    lane: intercept(new SqsDeliveryLane(client, { queue: urlOf(QUEUE), deadLetters: urlOf(`${QUEUE}.dead-letters`) })),
    attempts: intercept(new MemoryAttemptCounts()),
    metrics: { count: () => {} },
    now: clock.now,
    ...(options.most !== undefined && { typeOf: typeWith(options.most) }),
  });
  const poller: Poller = createPoller({
    from: { wiring: { sources, queues } },
    handlers: { [sources[0]!.function]: handler },
    clock,
    ...(options.concurrency && { concurrency: options.concurrency }),
    ...(options.pick && { pick: options.pick }),
  });
  const bodies = (name: string): ProfileDelivery[] => poller.queue(name).messages.map(({ body }) => JSON.parse(body));
  let sent = 0;
  return {
    poller,
    requests,
    slept: () => [...slept.values()].map(lengthTogether),
    send: (delivery, groupId) =>
      poller.queue(QUEUE).send(JSON.stringify(delivery), { groupId, deduplicationId: String(sent++) }),
    waiting: () => bodies(QUEUE),
    dead: () => bodies(`${QUEUE}.dead-letters`),
  };
}

/** A webhook that takes more people at once, as types of vendors do. */
const typeWith =
  (rows: number): typeof requestTypeOf =>
  (destination) => {
    const type = requestTypeOf(destination)!;
    return { ...type, alone: false, limits: (each) => ({ ...type.limits(each), rows }) };
  };

/** How long the intervals last, those that overlap counted once. */
function lengthTogether(intervals: readonly { readonly from: number; readonly until: number }[]): number {
  let [sum, end] = [0, 0];
  for (const { from, until } of intervals.toSorted((x, y) => x.from - y.from)) {
    sum += Math.max(0, until - Math.max(from, end));
    end = Math.max(end, until);
  }
  return sum;
}
