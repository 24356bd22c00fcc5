import type { HttpClient } from '#core/activation/http/client.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { type ChunkMessage, chunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { type PartMessage, partMessage } from '#core/jobs/part-message.ts';
import type { Started } from '#core/jobs/start-job.ts';
import { mergeRules } from '#core/lake/compaction-days.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { SignedReceipt } from '#core/privacy/receipt.ts';
import type { Partition } from '#core/record/partition.ts';
import { type RevertMessage, revertMessage } from '#core/revert/batch-to-revert.ts';
import { readProfileAttributes } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { createHandler as compactLake } from '#lambdas/functions/compact-lake/handler.ts';
import { createHandler as deliverAamEdge } from '#lambdas/functions/deliver-aam-edge/handler.ts';
import { createHandler as deliverAamHub } from '#lambdas/functions/deliver-aam-hub/handler.ts';
import { createHandler as deliverHttp } from '#lambdas/functions/deliver-http/handler.ts';
import { createHandler as deliverS3File } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { createHandler as erasePersonHandler } from '#lambdas/functions/erase-person/handler.ts';
import { createHandler as evaluateHandler } from '#lambdas/functions/evaluate/handler.ts';
import { createHandler as evaluateBatch } from '#lambdas/functions/evaluate-batch/handler.ts';
import { createWorker as evaluatePart } from '#lambdas/functions/evaluate-part/handler.ts';
import { createHandler as expireHandler } from '#lambdas/functions/expire/handler.ts';
import { createWorker as expirePart } from '#lambdas/functions/expire-part/handler.ts';
import { createHandler as exportFiles } from '#lambdas/functions/export-files/handler.ts';
import { createWorker as revertBatch } from '#lambdas/functions/revert-batch/handler.ts';
import { createHandler as routeHandler } from '#lambdas/functions/route/handler.ts';
import { createSplitter, notification } from '#lambdas/functions/split/handler.ts';
import { createWorker } from '#lambdas/functions/stitch-chunk/handler.ts';
import { createHandler as stitchStream } from '#lambdas/functions/stitch-stream/handler.ts';
import { createHandler as sweepHandler } from '#lambdas/functions/sweep/handler.ts';
import { createValidator } from '#lambdas/functions/validate-chunk/handler.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { MemoryDataflowBooks } from '#tests/harness/core/dataflow.memory.ts';
import { MemoryExpiryBooks } from '#tests/harness/core/expiry-books.memory.ts';
import type { Wiring } from '#tests/harness/poller/event-source.ts';
import type { Handler } from '#tests/harness/poller/response.ts';
import type { Stores } from './platform.ts';
import { asSqsClient, type BatchSender, queueUrl } from './sqs-client.ts';

export type PortName = keyof Stores | 'queues';

/** The port that a function gets in place of the real one. */
export type Intercept = <T extends object>(port: T, name: PortName, reader: FunctionName) => T;

/** The functions that a schedule or the command line calls. */
export interface Schedules {
  sweep(): Promise<unknown>;
  /** Started, as it is. */
  evaluateBatch(): Promise<Started>;
  expire(): Promise<Started | null>;
  exportFiles(event: unknown): Promise<unknown>;
  compactLake(): Promise<unknown>;
  erasePerson(event: unknown): Promise<SignedReceipt>;
}

/** Into how many parts the evaluation of all profiles is divided. */
const PARTS = 3;

export interface HandlersOptions {
  readonly wiring: Wiring;
  /** The one that is in force. */
  catalog(): CompiledCatalog;
  readonly stores: Stores;
  readonly intercept: Intercept;
  /** See `PlatformOptions`. */
  readonly chunkBytes?: number;
  readonly sender: BatchSender;
  readonly http: HttpClient;
  readonly now: Clock;
}

/** Every function that the wiring names, over the memory stores; the same wiring as in each function's `index.ts`. */
export function createHandlers(options: HandlersOptions): {
  handlers: Record<string, Handler>;
  schedules: Schedules;
} {
  const { wiring, http, now } = options;
  const urlOf = new Map(wiring.queues.map((queue) => [queue.name, queueUrl(queue)]));
  const queueUrls = Object.fromEntries(urlOf);

  let ids = 0;
  const books = new MemoryDataflowBooks();
  const expiryBooks = new MemoryExpiryBooks();
  const depsOf = (reader: FunctionName) => {
    const { stores, intercept } = options;
    const isExpiry = reader === 'expire' || reader === 'expire-part';
    const sqs = asSqsClient(intercept(options.sender, 'queues', reader));
    return {
      catalog: { current: async () => options.catalog() },
      metrics: { count: () => {} },
      now,
      pause: async () => {},
      http,
      secrets: async () => 'secret',
      books,
      signingKey: async () => 'receipt key',
      jobs: isExpiry ? intercept(stores.expiries, 'expiries', reader) : intercept(stores.jobs, 'jobs', reader),
      queue: new SqsMessageQueue<PartMessage>(sqs, urlOf.get(isExpiry ? 'expiry' : 'evaluation')!),
      partitions: new SqsMessageQueue<Partition>(sqs, urlOf.get('compaction')!),
      rules: mergeRules(128 * 1024 ** 2),
      parts: PARTS,
      sliceItems: 5,
      workMs: 60_000,
      untilSeen: async () => {},
      newId: () => `job ${++ids}`,
      pace: { turn: async () => true, hold: async () => {} },
      readImage: readProfileAttributes as Parameters<typeof evaluateHandler>[0]['readImage'],
      validation: new SqsMessageQueue<ChunkMessage>(sqs, urlOf.get('validation')!),
      chunks: new SqsMessageQueue<ChunkMessage>(sqs, urlOf.get('chunks')!),
      reverts: new SqsMessageQueue<RevertMessage>(sqs, urlOf.get('reverts')!),
      outbox: new SqsOutbox(sqs, queueUrls),
      profiles: intercept(stores.profiles, 'profiles', reader),
      timeline: intercept(stores.timeline, 'timeline', reader),
      lookups: intercept(stores.lookups, 'lookups', reader),
      memberships: intercept(stores.memberships, 'memberships', reader),
      ledgers: intercept(stores.ledgers, 'ledgers', reader),
      operations: intercept(stores.operations, 'operations', reader),
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
    'evaluate-part': (deps) => createSqsHandler(partMessage, eachInOrder(evaluatePart(deps), 1)),
    'expire-part': (deps) => createSqsHandler(partMessage, eachInOrder(expirePart({ ...deps, books: expiryBooks }), 1)),
    route: routeHandler,
    'compact-lake': compactLake as (deps: ReturnType<typeof depsOf>) => Handler,
    'deliver-http': deliverHttp,
    'deliver-s3-file': deliverS3File,
    'deliver-aam-edge': deliverAamEdge,
    'deliver-aam-hub': deliverAamHub,
  };

  const handlers: Record<string, Handler> = {};
  for (const { function: label } of wiring.sources) {
    const name = label.split('/')[0] as FunctionName;
    const create = make[name];
    if (!create) throw new Error(`The templates have a reader "${label}" that nobody has wired here`);
    handlers[label] = create(depsOf(name));
  }
  return {
    handlers,
    schedules: {
      sweep: sweepHandler(depsOf('sweep')),
      evaluateBatch: evaluateBatch(depsOf('evaluate-batch')),
      expire: expireHandler({ ...depsOf('expire'), books: expiryBooks }),
      exportFiles: exportFiles(depsOf('export-files')),
      compactLake: () => compactLake(depsOf('compact-lake'))({}),
      erasePerson: erasePersonHandler(depsOf('erase-person')),
    },
  };
}
