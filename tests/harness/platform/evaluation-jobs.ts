import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { ingestionIdOf } from '#core/ingestion/ids.ts';
import { type Job, type Tally, tallyOf } from '#core/jobs/job.ts';
import { type PartitionMessage, partitionMessage } from '#core/jobs/partition-message.ts';
import type { Started } from '#core/jobs/start-job.ts';
import { stitch } from '#core/profile/stitch.ts';
import { evaluate } from '#core/segmentation/evaluate.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { createHandler as evaluateBatch } from '#lambdas/functions/evaluate-batch/handler.ts';
import { createWorker } from '#lambdas/functions/evaluate-partition/handler.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { MemoryJobs } from '#tests/harness/core/jobs.memory.ts';
import { MemoryRecounts } from '#tests/harness/core/recounts.memory.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';
import { createPoller, type Poller } from '#tests/harness/poller/poller.ts';
import { addToCart, ecidOf } from './example.ts';
import { asSqsClient, batchSender } from './sqs-client.ts';

export interface EvaluationWorldOptions {
  readonly wiring: Wiring;
  readonly catalog: CompiledCatalog;
  readonly start: number;
  /** Devices that have put something into their cart some hours ago. */
  readonly people: number;
  readonly partitions?: number;
  /** Workers that take messages side by side. */
  readonly workers?: number;
  /** After so long a part is handed on; asking for the time takes a millisecond. */
  readonly workMs?: number;
  readonly pick?: (count: number) => number;
  /** What comes between a function and one of its ports. */
  readonly intercept?: <T extends object>(port: T, reader: FunctionName) => T;
}

/** The evaluation of all profiles as it is deployed, with its queue, and nothing else: no streaming interferes. */
export class EvaluationWorld {
  readonly profiles = new MemoryProfileStore();
  readonly timeline = new MemoryTimeline();
  readonly memberships = new MemoryMembershipStore();
  readonly jobs = new MemoryJobs();
  readonly counts = new MemoryCountStore();
  readonly recounts = new MemoryRecounts();
  readonly poller: Poller;
  readonly start: () => Promise<Started>;
  catalog: CompiledCatalog;
  readonly #people: number;
  readonly #began: number;
  #ids = 0;

  constructor(options: EvaluationWorldOptions) {
    const { wiring, intercept = (port) => port } = options;
    this.catalog = options.catalog;
    this.#people = options.people;
    this.#began = options.start;
    const clock = createClock(options.start);
    const now = (): number => {
      clock.advanceBy(1);
      return clock.now();
    };
    const depsOf = (reader: FunctionName) => ({
      catalog: { current: async () => this.catalog },
      jobs: intercept(this.jobs, reader),
      queue: intercept(
        new SqsMessageQueue<PartitionMessage>(
          asSqsClient(batchSender(() => this.poller.queue('evaluation'))),
          'evaluation',
        ),
        reader,
      ),
      profiles: intercept(this.profiles, reader),
      timeline: this.timeline,
      lookups: new MemoryLookupStore(),
      memberships: intercept(this.memberships, reader),
      counted: { memberships: this.memberships, deliveryStates: new MemoryVersionedStore<DeliveryStateItem>() },
      counts: this.counts,
      recounts: this.recounts,
      metrics: { count: () => {} },
      partitionCount: options.partitions ?? 3,
      itemsPerStep: 2,
      workMs: options.workMs ?? 60_000,
      now,
      newId: () => `job ${++this.#ids}`,
      untilSeen: async () => {},
      backoff: async () => {},
    });
    this.start = evaluateBatch(depsOf('evaluate-batch'));
    const source = wiring.sources.find((one) => one.function === 'evaluate-partition')!;
    const { workers = 1 } = options;
    this.poller = createPoller({
      from: {
        wiring: {
          sources: Array.from({ length: workers }, () => source),
          queues: wiring.queues.filter(({ name }) => name.startsWith('evaluation')),
        },
      },
      handlers: {
        'evaluate-partition': createSqsHandler(
          partitionMessage,
          eachInOrder(createWorker(depsOf('evaluate-partition')), 1),
        ),
      },
      clock,
      concurrency: workers,
      ...(options.pick && { pick: options.pick }),
    });
  }

  /** Everybody is there, and streaming has seen them. */
  async decide(): Promise<void> {
    const { fold, evaluation } = stageSettings(this.catalog);
    const backoff = async (): Promise<void> => {};
    const dataset = this.catalog.datasets.get('web-events')!;
    for (let n = 0; n < this.#people; n++) {
      const position = { source: 'test', row: n };
      const ingestionId = {
        receivedAt: this.#began,
        tieBreaker: '',
        ingestionId: ingestionIdOf(position, this.#began),
      };
      const accepted = acceptRecord(addToCart(n, this.#began - 5 * 3_600_000), dataset, ingestionId);
      if (!('record' in accepted)) throw new Error('The event of the example is not accepted');
      await stitch([accepted.record], { profiles: this.profiles, timeline: this.timeline, settings: fold, backoff });
      const deps = { profiles: this.profiles, memberships: this.memberships, settings: evaluation, backoff };
      await evaluate(rootOf(n), { ...deps, now: () => this.#began });
    }
  }

  /** What a lost record of the stream leaves behind. */
  async forgetMemberships(n: number): Promise<void> {
    const item = (await this.memberships.get(rootOf(n))) as MembershipItem;
    const { dueAt: _due, ...rest } = item;
    await this.memberships.write({ ...rest, profiles: {} }, []);
  }

  /** The events of a profile were chosen for other segments. */
  async forgetProjection(n: number): Promise<void> {
    const found = (await this.profiles.lookup([rootOf(n)])).get(rootOf(n));
    if (!found || !('item' in found)) throw new Error(`There is no person ${n}`);
    await this.profiles.write({
      item: { ...found.item, projection: 'old', events: {} },
      pointers: [],
      mergedIn: [],
    });
  }

  async job(id: string): Promise<Job & { readonly tally: Tally }> {
    const job = (await this.jobs.get(id))!;
    return { ...job, tally: tallyOf(job) };
  }

  /** `root segment`, of everybody who is in. */
  async members(): Promise<string[]> {
    const items = await Array.fromAsync(this.memberships.scan());
    return items
      .flatMap(({ canonicalKey, profiles }) =>
        Object.values(profiles).flatMap(({ segments }) =>
          Object.entries(segments).flatMap(([id, { status }]) =>
            status === 'realized' ? [`${canonicalKey} ${id}`] : [],
          ),
        ),
      )
      .sort();
  }

  /** Messages that are left, in either queue. */
  get left(): readonly number[] {
    return ['evaluation', 'evaluation.dead-letters'].map((name) => this.poller.queue(name).messages.length);
  }
}

export const rootOf = (n: number): string => `ECID:${ecidOf(n)}`;
