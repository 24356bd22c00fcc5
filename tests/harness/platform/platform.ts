import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CountOnce } from '#core/counts/ports/count-store.ts';
import { isActive, type Job, type Tally, tallyOf } from '#core/jobs/job.ts';
import type { Started } from '#core/jobs/start-job.ts';
import { type QuarantineRow, readArchive } from '#core/pipeline/quarantine/write.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { SignedReceipt } from '#core/privacy/receipt.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryEdgeProfileStore } from '#lambdas/adapters/memory/edge-profile-store.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { MemorySuppressions } from '#lambdas/adapters/memory/suppressions.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import type { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { MemoryActivityCounts } from '#tests/harness/core/activity-counts.memory.ts';
import { MemoryCountHistory } from '#tests/harness/core/count-history.memory.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { MemoryGuardStore } from '#tests/harness/core/guard.memory.ts';
import { MemoryJobs } from '#tests/harness/core/jobs.memory.ts';
import { MemoryLastBatches } from '#tests/harness/core/last-batches.memory.ts';
import type { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { MemoryRecounts } from '#tests/harness/core/recounts.memory.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import { createClock, type VirtualClock } from '#tests/harness/poller/clock.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';
import { elapse } from '#tests/harness/poller/invocation.ts';
import { createPoller, type Poller } from '#tests/harness/poller/poller.ts';
import type { ItemChange } from '#tests/harness/poller/stream.ts';
import type { Unsteadiness } from '#tests/harness/poller/worker.ts';
import { type Call, createHandlers, type Intercept, type Schedules } from './handlers.ts';
import { batchSender, queueUrl } from './sqs-client.ts';
import {
  StreamingDeliveryStateStore,
  StreamingMembershipStore,
  StreamingOperations,
  StreamingProfileStore,
  StreamingTallies,
} from './stores.ts';

export interface PlatformOptions {
  readonly wiring: Wiring;
  readonly catalog: CompiledCatalog;
  /** Epoch ms at which virtual time starts. */
  readonly start: number;
  /** The clock of somebody else, at `start`. @default one of its own */
  readonly clock?: VirtualClock;
  /** What may come between a function and one of its ports: faults. @default nothing */
  readonly intercept?: Intercept;
  /** How a function is called. @default just so */
  readonly call?: Call;
  /** What the world answers to a request. @default 200 */
  readonly answer?: (request: HttpRequest) => HttpOutcome;
  /** The secret of every destination. @default one with a signing key and a token */
  readonly secret?: string;
  /** Takes what functions count. @default nobody */
  readonly metrics?: Metrics;
  /** How long the world takes to answer, in ms. @default no time */
  readonly latency?: (request: HttpRequest) => number;
  /** Of which size files are divided. @default as it is deployed */
  readonly chunkBytes?: number;
  /** Whether the landing bucket keeps versions. @default true, as it is deployed */
  readonly versionedLanding?: boolean;
  /** Milliseconds after its instant at which an item of a table goes by itself. @default 0 */
  readonly expiresLateBy?: number;
  /** See `PollerOptions`. */
  readonly pick?: (count: number) => number;
  readonly concurrency?: number;
  readonly unsteady?: Unsteadiness;
}

export interface AnsweredRequest {
  readonly at: number;
  readonly request: HttpRequest;
  readonly outcome: HttpOutcome;
}

const ERASE_EVERY_MS = 3_600_000;

/** All stores, as they are, without faults. */
export interface Stores {
  readonly profiles: StreamingProfileStore;
  readonly timeline: MemoryTimeline;
  readonly lookups: MemoryLookupStore;
  readonly activityCounts: MemoryActivityCounts;
  readonly memberships: StreamingMembershipStore;
  readonly edgeProfiles: MemoryEdgeProfileStore;
  readonly deliveryStates: MemoryVersionedStore<DeliveryStateItem>;
  readonly operations: MemoryOperations;
  readonly tallies: CountOnce;
  readonly counts: MemoryCountStore;
  readonly countHistory: MemoryCountHistory;
  readonly recounts: MemoryRecounts;
  readonly lastBatches: MemoryLastBatches;
  readonly jobs: MemoryJobs;
  readonly expiries: MemoryJobs;
  deletionsOf(datasetId: string): MemoryJobs;
  readonly erasureJobs: MemoryJobs;
  readonly erasures: MemoryErasures;
  readonly suppressions: MemorySuppressions;
  readonly guards: MemoryGuardStore;
  readonly deliveryErrors: MemoryDeliveryErrors;
  readonly runs: MemoryRunStatistics;
  readonly sentTexts: MemorySentTexts;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly exports: ObjectStore;
}

export interface Platform {
  readonly catalog: CompiledCatalog;
  readonly poller: Poller;
  readonly stores: Stores;
  /** Puts another catalog active. */
  apply(catalog: CompiledCatalog): void;
  readonly requests: readonly AnsweredRequest[];
  /** Deletions that are under way go on until they are done. @returns their receipts, by request id */
  erased(): Promise<Readonly<Record<string, SignedReceipt>>>;
  readonly schedules: Omit<Schedules, 'evaluateBatch' | 'expire' | 'deleteDataset'> & {
    /** The whole jobs. */
    evaluateBatch(): Promise<Tally>;
    expire(): Promise<Tally>;
    deleteDataset(datasetId: string): Promise<Tally>;
    /** Begin them, and leave the rest to the workers of their parts. */
    startEvaluation(): Promise<Started>;
    startExpiry(): Promise<Started | null>;
  };
  /** Puts bytes on the stream. */
  collect(message: string, partitionKey?: string): void;
  /** Puts a file into the landing bucket, which tells its queue; `times`: so often. */
  upload(key: string, content: string, times?: number): Promise<void>;
  /** Tells the landing queue of a file that is there; `times`: so often. */
  announce(key: string, times?: number): Promise<void>;
  quarantined(): Promise<QuarantineRow[]>;
  /** Messages on dead-letter and failure queues, and those left on any other. */
  leftovers(): Readonly<Record<string, number>>;
}

/**
 * The whole platform in one process: the functions as they are deployed, wired as the templates say, on memory instead
 * of tables, buckets and queues, in virtual time.
 */
export function createPlatform(options: PlatformOptions): Platform {
  const { wiring, intercept = (port) => port } = options;
  const answer = options.answer ?? ((): HttpOutcome => ({ kind: 'response', status: 200, body: '{}' }));
  let active = options.catalog;
  const { clock = createClock(options.start) } = options;
  const requests: AnsweredRequest[] = [];
  const ttl = { now: clock.now, lateBy: options.expiresLateBy ?? 0 };
  const keyOf = (keys: { readonly pk?: { readonly S?: string } }): IdentityKey => keys.pk!.S!;
  const deletions = new Map<string, MemoryJobs>();
  const emitOperations = (item: ItemChange): void => void poller.table('operations').put(keyOf(item.keys), item);
  const stores: Stores = {
    profiles: new StreamingProfileStore((item) => void poller.table('profiles').put(keyOf(item.keys), item)),
    timeline: new MemoryTimeline(ttl),
    lookups: new MemoryLookupStore(),
    activityCounts: new MemoryActivityCounts(),
    memberships: new StreamingMembershipStore((item) => void poller.table('memberships').put(keyOf(item.keys), item)),
    edgeProfiles: new MemoryEdgeProfileStore(),
    deliveryStates: new StreamingDeliveryStateStore(emitOperations, ttl),
    operations: new StreamingOperations(emitOperations),
    tallies: new StreamingTallies(emitOperations),
    counts: new MemoryCountStore(),
    countHistory: new MemoryCountHistory(),
    recounts: new MemoryRecounts(),
    lastBatches: new MemoryLastBatches(),
    jobs: new MemoryJobs(ttl),
    expiries: new MemoryJobs(ttl),
    guards: new MemoryGuardStore(),
    deliveryErrors: new MemoryDeliveryErrors(),
    runs: new MemoryRunStatistics(),
    sentTexts: new MemorySentTexts(ttl),
    erasureJobs: new MemoryJobs(ttl),
    erasures: new MemoryErasures(ttl),
    suppressions: new MemorySuppressions(),
    deletionsOf(datasetId) {
      const known = deletions.get(datasetId) ?? new MemoryJobs(ttl);
      deletions.set(datasetId, known);
      return known;
    },
    landing: createMemoryObjectStore({ versioned: options.versionedLanding ?? true, now: clock.now }),
    lake: createMemoryObjectStore({ now: clock.now }),
    quarantine: createMemoryObjectStore({ now: clock.now }),
    exports: createMemoryObjectStore({ now: clock.now }),
  };
  const urls = new Map(wiring.queues.map((queue) => [queueUrl(queue), queue.name]));
  const { handlers, schedules } = createHandlers({
    wiring,
    catalog: () => active,
    stores,
    intercept,
    ...(options.call && { call: options.call }),
    sender: batchSender((url) => poller.queue(urls.get(url) ?? url)),
    async http(request) {
      const outcome = answer(request);
      requests.push({ at: clock.now(), request, outcome });
      const took = options.latency?.(request) ?? 0;
      await elapse(clock, Math.min(took, request.timeoutMs));
      return took > request.timeoutMs ? { kind: 'timeout' } : outcome;
    },
    ...(options.secret !== undefined && { secret: options.secret }),
    ...(options.metrics && { metrics: options.metrics }),
    collect: ({ key, data }) => void poller.stream('collection').put(key, Buffer.from(data).toString('utf8')),
    now: clock.now,
    sleep: (ms) => elapse(clock, ms),
    ...(options.chunkBytes !== undefined && { chunkBytes: options.chunkBytes }),
  });
  const poller: Poller = createPoller({
    from: { wiring },
    handlers,
    clock,
    ...(options.pick && { pick: options.pick }),
    ...(options.concurrency && { concurrency: options.concurrency }),
    ...(options.unsteady && { unsteady: options.unsteady }),
  });

  /** Key → how often it was written: what S3 numbers a notification by. */
  const writes = new Map<string, number>();
  async function announce(key: string, times = 1): Promise<void> {
    const [is] = (await Array.fromAsync(stores.landing.versions(key))).filter((object) => object.key === key);
    const { etag = '', versionId } = is ?? {};
    const named = { key: encodeURIComponent(key).replaceAll('%20', '+'), eTag: etag.replaceAll('"', '') };
    const object = { ...named, ...(versionId && { versionId }), sequencer: String(writes.get(key) ?? 0) };
    const notification = { Records: [{ eventTime: new Date(clock.now()).toISOString(), s3: { object } }] };
    for (let asserted = 0; asserted < times; asserted++) poller.queue('landing').send(JSON.stringify(notification));
  }

  /** Lets the workers of a job come to the end of it. */
  async function endOf(started: Started | null, jobs: MemoryJobs): Promise<Tally> {
    if (!started) return {};
    await poller.run({ until: clock.now() });
    const job = async (): Promise<Job> => (await jobs.get(started.jobId))!;
    // Something failed, and comes again.
    if (isActive(await job())) await poller.run();
    const { status, partitions } = await job();
    if (status !== 'finished') throw new Error(`The job over all profiles is ${status}`);
    return tallyOf({ partitions });
  }

  async function erased(): Promise<Record<string, SignedReceipt>> {
    const asked = (await stores.erasures.underWay()).map(({ requestId }) => requestId);
    for (let run = 0; (await stores.erasures.underWay()).length > 0; run++) {
      if (run > 400) throw new Error('Deletions do not come to an end');
      await schedules.erase().catch(() => {});
      await poller.run({ until: clock.now() + ERASE_EVERY_MS });
    }
    const receipts: Record<string, SignedReceipt> = {};
    for (const id of asked) receipts[id] = (await stores.erasures.get(id))!.receipt!;
    return receipts;
  }

  return {
    erased,
    get catalog() {
      return active;
    },
    apply(catalog) {
      active = { ...catalog, activeSince: clock.now() };
    },
    poller,
    stores,
    requests,
    schedules: {
      ...schedules,
      evaluateBatch: async () => await endOf(await schedules.evaluateBatch(), stores.jobs),
      startEvaluation: schedules.evaluateBatch,
      startExpiry: schedules.expire,
      expire: async () => await endOf(await schedules.expire(), stores.expiries),
      deleteDataset: async (datasetId) =>
        await endOf(await schedules.deleteDataset({ datasetId }), stores.deletionsOf(datasetId)),
    },
    collect: (message, partitionKey = 'one producer') => void poller.stream('collection').put(partitionKey, message),
    async upload(key, content, times = 1) {
      writes.set(key, (writes.get(key) ?? 0) + 1);
      await stores.landing.put(key, content);
      await announce(key, times);
    },
    announce,
    async quarantined() {
      const rows: QuarantineRow[] = [];
      for await (const key of stores.quarantine.list('')) {
        rows.push(...readArchive<QuarantineRow>((await stores.quarantine.get(key))!));
      }
      return rows;
    },
    leftovers: () =>
      Object.fromEntries(
        wiring.queues.flatMap(({ name }) => {
          const { length } = poller.queue(name).messages;
          return length > 0 ? [[name, length]] : [];
        }),
      ),
  };
}
