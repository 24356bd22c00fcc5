import type { SQSEvent } from 'aws-lambda';
import type { HttpClient } from '#core/activation/http/client.ts';
import { assignLanes, type LaneAssignments, lanesWanted } from '#core/activation/lanes.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import { createOptOutRecorder } from '#core/activation/texts/opt-out.ts';
import { createStillWanted } from '#core/activation/texts/still-wanted.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { type ChunkMessage, chunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { type PartitionMessage, partitionMessage } from '#core/jobs/partition-message.ts';
import type { Started } from '#core/jobs/start-job.ts';
import { compactionSettings } from '#core/lake/compaction-days.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { Continued } from '#core/privacy/continue-erasures.ts';
import type { Partition } from '#core/record/partition.ts';
import { type RevertMessage, revertMessage } from '#core/revert/batch-to-revert.ts';
import { membershipsIn, openedBatchIn, operationsIn } from '#lambdas/adapters/dynamodb/counted-images.ts';
import { readProfileAttributes } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { readMembershipAttributes } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { SqsDeliveryLane } from '#lambdas/adapters/sqs/delivery-lane.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { createHandler as collectLate } from '#lambdas/functions/collect-late/handler.ts';
import { createHandler as compactLake } from '#lambdas/functions/compact-lake/handler.ts';
import { createHandler as countHandler } from '#lambdas/functions/count/handler.ts';
import { createHandler as deleteDataset } from '#lambdas/functions/delete-dataset/handler.ts';
import { createWorker as deleteDatasetPartition } from '#lambdas/functions/delete-dataset-partition/handler.ts';
import { createHandler as deliverAamEdge } from '#lambdas/functions/deliver-aam-edge/handler.ts';
import { createHandler as deliverAamHub } from '#lambdas/functions/deliver-aam-hub/handler.ts';
import { createAnyKindHandler as deliverHttp } from '#lambdas/functions/deliver-http/any-kind.ts';
import { createHandler as deliverS3File } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { createHandler as eraseHandler } from '#lambdas/functions/erase/handler.ts';
import { createWorker as erasePartition } from '#lambdas/functions/erase-partition/handler.ts';
import {
  type ErasePersonAnswer,
  createHandler as erasePersonHandler,
} from '#lambdas/functions/erase-person/handler.ts';
import { createHandler as evaluateHandler } from '#lambdas/functions/evaluate/handler.ts';
import { createHandler as evaluateBatch } from '#lambdas/functions/evaluate-batch/handler.ts';
import { createWorker as evaluatePartition } from '#lambdas/functions/evaluate-partition/handler.ts';
import { createHandler as expireHandler } from '#lambdas/functions/expire/handler.ts';
import { createWorker as expirePartition } from '#lambdas/functions/expire-partition/handler.ts';
import { createHandler as exportFiles } from '#lambdas/functions/export-files/handler.ts';
import { createHandler as projectEdge } from '#lambdas/functions/project-edge/handler.ts';
import { createHandler as reevaluateDueHandler } from '#lambdas/functions/reevaluate-due/handler.ts';
import { createHandler as rerouteHandler } from '#lambdas/functions/reroute/handler.ts';
import { createWorker as revertBatch } from '#lambdas/functions/revert-batch/handler.ts';
import { createHandler as routeHandler } from '#lambdas/functions/route/handler.ts';
import { createSplitter, notification } from '#lambdas/functions/split/handler.ts';
import { createWorker } from '#lambdas/functions/stitch-chunk/handler.ts';
import { createHandler as stitchStream } from '#lambdas/functions/stitch-stream/handler.ts';
import { createHandler as textEvents } from '#lambdas/functions/text-events/handler.ts';
import { createValidator } from '#lambdas/functions/validate-chunk/handler.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createSuppression } from '#lambdas/runtime/suppression.ts';
import { MemoryAppliedRetentions } from '#tests/harness/core/applied-retentions.memory.ts';
import { MemoryAttemptCounts } from '#tests/harness/core/attempts.memory.ts';
import { createMemoryRateLimit } from '#tests/harness/core/rate-limit.memory.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';
import type { Handler } from '#tests/harness/poller/response.ts';
import type { Stores } from './platform.ts';
import { asSqsClient, type BatchSender, queueUrl } from './sqs-client.ts';

export type PortName = keyof Stores | 'queues' | 'http';

/** The port that a function gets in place of the real one. */
export type Intercept = <T extends object>(port: T, name: PortName, reader: FunctionName) => T;

/** Calls a function, by its label: so that a test may let calls run side by side, or crash. */
export type Call = <T>(label: string, run: () => T | Promise<T>) => Promise<T>;

/** The functions that a schedule or the command line calls. */
export interface Schedules {
  reevaluateDue(): Promise<unknown>;
  /** Started, as it is. */
  evaluateBatch(): Promise<Started>;
  expire(): Promise<Started | null>;
  exportFiles(event: unknown): Promise<unknown>;
  /** Writes what is counted down as that of its hour. */
  countHistory(): Promise<unknown>;
  compactLake(): Promise<unknown>;
  deleteDataset(event: unknown): Promise<Started>;
  erase(): Promise<Continued>;
  erasePerson(event: unknown): Promise<ErasePersonAnswer>;
}

/** Which queue has the parts of the job that a function starts, or works on. */
const queueOf = (reader: FunctionName): string =>
  reader.startsWith('expire') ? 'expiry' : reader.startsWith('delete-dataset') ? 'deletion' : 'evaluation';

/** Into how many parts the evaluation of all profiles is divided. */
const PARTS = 3;

export interface HandlersOptions {
  readonly wiring: Wiring;
  /** The one that is active. */
  catalog(): CompiledCatalog;
  readonly stores: Stores;
  readonly intercept: Intercept;
  /** See `PlatformOptions`. */
  readonly call?: Call;
  /** See `PlatformOptions`. */
  readonly chunkBytes?: number;
  readonly sender: BatchSender;
  readonly http: HttpClient;
  /** Of every destination. @default one with a signing key and a token */
  readonly secret?: string;
  /** Puts what functions collect onto the stream. */
  readonly collect: (message: CollectedMessage) => void;
  /** Takes what functions count. @default nobody */
  readonly metrics?: Metrics;
  readonly now: Clock;
  /** Lets time pass inside a function. */
  sleep(ms: number): Promise<void>;
}

/** With its counts in the books of destinations, as each `index.ts` does it. */
const counted = <Deps extends Parameters<typeof withDataflow>[0], E, R>(
  deps: Deps,
  create: (deps: Deps) => (event: E) => Promise<R>,
): ((event: E) => Promise<R>) => withDataflow(deps, (metrics) => create({ ...deps, metrics }));

/** The queue that the messages of a call come from. */
const queueIn = (event: Parameters<Handler>[0]): string =>
  (event as SQSEvent).Records[0]!.eventSourceARN.split(':').at(-1)!;

/** Every function that the wiring names, over the memory stores; the same wiring as in each function's `index.ts`. */
export function createHandlers(options: HandlersOptions): {
  handlers: Record<string, Handler>;
  schedules: Schedules;
} {
  const { wiring, now, sleep, call = async (_label, run) => await run() } = options;
  const urlOf = new Map(wiring.queues.map((queue) => [queue.name, queueUrl(queue)]));
  const queueUrls = Object.fromEntries(urlOf);

  const poolLanes = wiring.queues.filter(({ name }) => /^lane-\d{3}$/.test(name)).length;
  let assignments: LaneAssignments = {};
  /** As `catalog apply` gives the lanes of the pool to destinations without lanes of their own; nobody gives any back. */
  const pooled = (): LaneAssignments => {
    const lanes = [...options.catalog().destinations.values()].flatMap(lanesOfDestination);
    const wanted = lanesWanted(lanes.filter(({ id }) => !urlOf.has(id)));
    ({ assignments } = assignLanes(assignments, wanted, poolLanes, () => false));
    return assignments;
  };
  // As the stage does whose templates these are.
  const makesEdgeProfiles = wiring.sources.some((source) => source.function === 'project-edge');
  let ids = 0;
  const expiryBooks = new MemoryAppliedRetentions();
  const rateLimit = createMemoryRateLimit(now, sleep);
  const vendorState = createMemoryVendorState(now);
  const attempts = new MemoryAttemptCounts();
  const vendorDeletions = new MemoryVendorDeletions();
  /** @param source the queue that it works off, if it is one */
  const depsOf = (reader: FunctionName, source?: string) => {
    const { stores, intercept } = options;
    const isErasure = reader === 'erase' || reader === 'erase-partition';
    const isExpiry = queueOf(reader) === 'expiry';
    const suppressions = intercept(stores.suppressions, 'suppressions', reader);
    const suppressionKey = async (): Promise<string> => 'suppression key';
    const backoff = async (): Promise<void> => {};
    const sqs = asSqsClient(intercept(options.sender, 'queues', reader));
    const deadLetters = wiring.queues.find(({ name }) => name === source)?.redrive?.deadLetters ?? '';
    return {
      catalog: { current: async () => options.catalog() },
      metrics: options.metrics ?? { count: () => {} },
      now,
      backoff,
      suppressions,
      suppressionKey,
      suppression: createSuppression({ suppressions, suppressionKey, now, backoff }),
      erasures: intercept(stores.erasures, 'erasures', reader),
      retentions: { landing: 35, exports: 35, deliveryState: 32, queues: 28 },
      settleMs: 960_000,
      http: intercept(options.http, 'http', reader),
      secrets: async () => options.secret ?? '{"signingKey":"secret","bearerToken":"token"}',
      runStatistics: intercept(stores.runs, 'runs', reader),
      guards: intercept(stores.guards, 'guards', reader),
      signingKey: async () => 'receipt key',
      jobs: isErasure
        ? intercept(stores.erasureJobs, 'erasureJobs', reader)
        : isExpiry
          ? intercept(stores.expiries, 'expiries', reader)
          : intercept(stores.jobs, 'jobs', reader),
      evaluations: intercept(stores.jobs, 'jobs', reader),
      jobsOf: (datasetId: string) => intercept(stores.deletionsOf(datasetId), 'deletionsOf', reader),
      queue: new SqsMessageQueue<PartitionMessage>(sqs, urlOf.get(isErasure ? 'erasure' : queueOf(reader))!),
      partitions: new SqsMessageQueue<Partition>(sqs, urlOf.get('compaction')!),
      settings: compactionSettings(128 * 1024 ** 2),
      partitionCount: PARTS,
      itemsPerStep: 5,
      workMs: 60_000,
      untilSeen: async () => {},
      newId: () => `job ${++ids}`,
      rateLimit,
      deliveryErrors: stores.deliveryErrors,
      vendorDeletions,
      vendorState,
      attempts,
      texts: {
        sent: intercept(stores.sentTexts, 'sentTexts', reader),
        stillWanted: createStillWanted({
          profiles: stores.profiles,
          memberships: stores.memberships,
          settings: async () => stageSettings(options.catalog()).route,
        }),
        recordOptOut: createOptOutRecorder({
          catalog: { current: async () => options.catalog() },
          stream: {
            put: async (messages) => {
              for (const message of messages) options.collect(message);
              return new Set();
            },
          },
        }),
      },
      lane: new SqsDeliveryLane(sqs, {
        queue: urlOf.get(source ?? '') ?? '',
        deadLetters: urlOf.get(deadLetters) ?? '',
      }),
      readProfile: readProfileAttributes as Parameters<typeof projectEdge>[0]['readProfile'],
      readMemberships: readMembershipAttributes as Parameters<typeof projectEdge>[0]['readMemberships'],
      readImage: readProfileAttributes as Parameters<typeof evaluateHandler>[0]['readImage'],
      validation: new SqsMessageQueue<ChunkMessage>(sqs, urlOf.get('validation')!),
      chunks: new SqsMessageQueue<ChunkMessage>(sqs, urlOf.get('chunks')!),
      reverts: new SqsMessageQueue<RevertMessage>(sqs, urlOf.get('reverts')!),
      reroutes: new SqsMessageQueue<Reroute>(sqs, urlOf.get('reroutes')!),
      outbox: new SqsOutbox(sqs, async (laneId) => queueUrls[laneId] ?? queueUrls[pooled()[laneId] ?? '']),
      profiles: intercept(stores.profiles, 'profiles', reader),
      timeline: intercept(stores.timeline, 'timeline', reader),
      lookups: intercept(stores.lookups, 'lookups', reader),
      activityCounts: intercept(stores.activityCounts, 'activityCounts', reader),
      memberships: intercept(stores.memberships, 'memberships', reader),
      edgeProfiles: intercept(stores.edgeProfiles, 'edgeProfiles', reader),
      makesEdgeProfiles,
      deliveryStates: intercept(stores.deliveryStates, 'deliveryStates', reader),
      operations: intercept(stores.operations, 'operations', reader),
      tallies: intercept(stores.tallies, 'tallies', reader),
      counts: intercept(stores.counts, 'counts', reader),
      counted: {
        memberships: intercept(stores.memberships, 'memberships', reader),
        deliveryStates: intercept(stores.deliveryStates, 'deliveryStates', reader),
      },
      history: intercept(stores.countHistory, 'countHistory', reader),
      recounts: intercept(stores.recounts, 'recounts', reader),
      lastBatches: intercept(stores.lastBatches, 'lastBatches', reader),
      openedBatchIn: openedBatchIn as Parameters<typeof countHandler>[0]['openedBatchIn'],
      membershipsIn: membershipsIn as Parameters<typeof routeHandler>[0]['membershipsIn'],
      operationsIn: operationsIn as Parameters<typeof countHandler>[0]['operationsIn'],
      landing: intercept(stores.landing, 'landing', reader),
      lake: intercept(stores.lake, 'lake', reader),
      quarantine: intercept(stores.quarantine, 'quarantine', reader),
      exports: intercept(stores.exports, 'exports', reader),
    };
  };

  const make: Partial<Record<FunctionName, (deps: ReturnType<typeof depsOf>) => Handler>> = {
    'stitch-stream': stitchStream,
    split: (deps) => {
      const split = createSplitter({
        ...deps,
        ...(options.chunkBytes !== undefined && { chunkBytes: options.chunkBytes }),
      });
      return createSqsHandler(
        notification,
        eachInOrder(({ value }) => split(value), 1),
      );
    },
    'validate-chunk': (deps) => {
      const validate = createValidator(deps);
      return createSqsHandler(
        chunkMessage,
        eachInOrder(({ value }) => validate(value), 1),
      );
    },
    'stitch-chunk': (deps) => {
      const work = createWorker(deps);
      return createSqsHandler(
        chunkMessage,
        eachInOrder(({ value }) => work(value), 1),
      );
    },
    'revert-batch': (deps) => {
      const revert = revertBatch(deps);
      return createSqsHandler(
        revertMessage,
        eachInOrder(({ value }) => revert(value), 1),
      );
    },
    evaluate: evaluateHandler,
    'project-edge': projectEdge,
    'evaluate-partition': ({ edgeProfiles, ...deps }) =>
      createSqsHandler(
        partitionMessage,
        eachInOrder(evaluatePartition({ ...deps, ...(makesEdgeProfiles && { edgeProfiles }) }), 1),
      ),
    count: countHandler,
    'expire-partition': (deps) =>
      createSqsHandler(partitionMessage, eachInOrder(expirePartition({ ...deps, retentionStore: expiryBooks }), 1)),
    'delete-dataset-partition': (deps) =>
      createSqsHandler(partitionMessage, eachInOrder(deleteDatasetPartition(deps), 1)),
    'erase-partition': (deps) => createSqsHandler(partitionMessage, eachInOrder(erasePartition(deps), 1)),
    route: routeHandler,
    reroute: rerouteHandler,
    // Nothing in this process waits for room on the stream.
    'collect-late': () => collectLate({ stream: { put: async () => new Set() } }),
    'text-events': ({ catalog, texts }) => textEvents({ catalog, ...texts }),
    'compact-lake': compactLake as (deps: ReturnType<typeof depsOf>) => Handler,
    'deliver-http': (deps) => counted(deps, deliverHttp),
    'deliver-s3-file': deliverS3File,
    'deliver-aam-edge': (deps) => counted(deps, deliverAamEdge),
    'deliver-aam-hub': deliverAamHub,
  };

  /** An environment works for one call at a time, keeps what it has in memory for the next, and dies with its call. */
  const inEnvironments = (label: string, create: () => Handler): Handler => {
    const idle: Handler[] = [];
    return (event) =>
      call(label, async () => {
        const handler = idle.pop() ?? create();
        try {
          return await handler(event);
        } finally {
          idle.push(handler);
        }
      });
  };
  /** Function → queue → its handler, for functions that work off several: a call has messages of one of them. */
  const perQueue = new Map<string, Map<string, Handler>>();
  const handlers: Record<string, Handler> = {};
  for (const source of wiring.sources) {
    const label = source.function;
    const name = label.split('/')[0] as FunctionName;
    const create = make[name];
    if (!create) throw new Error(`The templates have a reader "${label}" that nobody has wired here`);
    const queue = source.kind === 'sqs' ? source.queue : '';
    const queues = perQueue.get(label) ?? new Map<string, Handler>();
    perQueue.set(
      label,
      queues.set(
        queue,
        inEnvironments(label, () => create(depsOf(name, queue))),
      ),
    );
    handlers[label] = source.kind === 'sqs' ? (event) => queues.get(queueIn(event))!(event) : queues.get(queue)!;
  }
  return {
    handlers,
    schedules: {
      reevaluateDue: reevaluateDueHandler(depsOf('reevaluate-due')),
      evaluateBatch: evaluateBatch(depsOf('evaluate-batch')),
      expire: expireHandler({ ...depsOf('expire'), retentionStore: expiryBooks }),
      exportFiles: counted(depsOf('export-files'), exportFiles),
      countHistory: () => countHandler(depsOf('count'))({}),
      compactLake: () => compactLake(depsOf('compact-lake'))({}),
      erase: () => eraseHandler(depsOf('erase'))(),
      erasePerson: (event) => erasePersonHandler(depsOf('erase-person'))(event as never),
      deleteDataset: deleteDataset(depsOf('delete-dataset')),
    },
  };
}
