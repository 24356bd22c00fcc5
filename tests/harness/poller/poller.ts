import { createClock, type VirtualClock } from './clock.ts';
import { type EventSource, readWiring, type StreamSource, type Wiring } from './event-source.ts';
import { passes } from './filter.ts';
import { createQueue, type MemoryQueue } from './queue.ts';
import { createQueueWorker } from './queue-worker.ts';
import type { Handler } from './response.ts';
import { createStream, type ItemChange, type KinesisPayload, type MemoryStream, partOf } from './stream.ts';
import { createStreamWorker, eventRecord, type StreamWorker } from './stream-worker.ts';
import type { Templates } from './template.ts';
import type { Invocation, Unsteadiness, Worker } from './worker.ts';

/**
 * AWS's event sources in one process, on virtual time: streams and queues in memory, read as the event source mappings
 * of a synthesised template say and as AWS documents them. What it leaves out: limits on payload size, throttled
 * functions, the streams' own retention, and calls that take longer than a visibility timeout.
 */
export interface PollerOptions {
  /** Where the wiring comes from: the templates of a stage, or written down. */
  readonly from: { readonly templates: Templates } | { readonly wiring: Wiring };
  /** Function label → handler. Sources of functions without one fill up unread. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly clock?: VirtualClock;
  /** Shards of every stream. @default 1 */
  readonly shards?: number;
  /** Which of the readers that have something to do goes next, so that a test can try other orders. @default in turn */
  readonly pick?: (count: number) => number;
  /** How many readers may be at work at once. @default 1 */
  readonly concurrency?: number;
  /** What the readers of a stream may do to its records. @default nothing */
  readonly unsteady?: Unsteadiness;
}

export interface RunOptions {
  /** Time doesn't pass beyond this instant. @default until everything is quiet */
  readonly until?: number;
  /** More calls than this mean that it will never be quiet. @default 10,000 */
  readonly maxInvocations?: number;
}

export interface Poller {
  readonly clock: VirtualClock;
  readonly sources: readonly EventSource[];
  /** Every call of a function so far. */
  readonly invocations: readonly Invocation[];
  /** All readers, for a test that lets them work by itself; each does one thing at a time. */
  readonly workers: readonly Worker[];
  stream(name: string): MemoryStream<KinesisPayload>;
  /** The change stream of a table. */
  table(name: string): MemoryStream<ItemChange>;
  queue(name: string): MemoryQueue;
  /** Lets the readers work, and time pass whenever all of them wait. */
  run(options?: RunOptions): Promise<void>;
}

/** Of the stream of a table no more are to read at once, or they are throttled; each reader is given everything. */
const MAX_READERS = 2;

export function createPoller(options: PollerOptions): Poller {
  const { handlers, clock = createClock(), shards = 1, concurrency = 1 } = options;
  const wiring = 'wiring' in options.from ? options.from.wiring : readWiring(options.from.templates);
  const invocations: Invocation[] = [];
  const log = (invocation: Invocation): void => void invocations.push(invocation);

  const queues = new Map<string, MemoryQueue>();
  const queueNamed = (name: string): MemoryQueue => found(queues, name, 'queue');
  for (const definition of wiring.queues) queues.set(definition.name, createQueue(definition, clock, queueNamed));

  const workers: Worker[] = [];
  const streams = new Map<string, MemoryStream<never>>();
  const tables = new Map<string, MemoryStream<never>>();
  for (const source of wiring.sources) {
    const handler = Object.hasOwn(handlers, source.function) ? handlers[source.function] : undefined;
    if (source.kind === 'sqs') {
      if (handler === undefined) continue;
      const definition = wiring.queues.find(({ name }) => name === source.queue)!;
      const props = { source, definition, queue: queueNamed(source.queue), handler, clock, log };
      const workersOfQueue = Math.min(concurrency, source.maxConcurrency);
      workers.push(...Array.from({ length: workersOfQueue }, () => createQueueWorker(props)));
    } else {
      const lanes = handler === undefined ? [] : createLanes(source, handler);
      workers.push(...lanes);
      const ofKind = source.kind === 'kinesis' ? streams : tables;
      const read = ofKind.get(source.stream) ?? createStream<never>(source.stream, shards, clock);
      ofKind.set(source.stream, read);
      if (read.readers === MAX_READERS) throw new Error(`More than ${MAX_READERS} functions read "${source.stream}"`);
      read.attach((record) => {
        if (lanes.length === 0 || !passes(source.filters, eventRecord(source, record))) return;
        const lane = partOf(`lane of ${record.partitionKey}`, source.parallelizationFactor);
        lanes[record.shard * source.parallelizationFactor + lane]!.accept(record);
      });
    }
  }

  function createLanes(source: StreamSource, handler: Handler): StreamWorker[] {
    const giveUp = (message: string): void => queueNamed(source.onFailure!).send(message);
    const { unsteady } = options;
    const props = { source, handler, clock, giveUp, log, ...(unsteady && { unsteady }) };
    return Array.from({ length: shards * source.parallelizationFactor }, () => createStreamWorker(props));
  }

  let turn = 0;
  const inTurn = (count: number): number => turn++ % count;
  const pick = options.pick ?? inTurn;

  return {
    clock,
    sources: wiring.sources,
    invocations,
    workers,
    stream: (name) => found(streams, name, 'stream') as MemoryStream<KinesisPayload>,
    table: (name) => found(tables, name, 'table') as MemoryStream<ItemChange>,
    queue: queueNamed,
    async run({ until = Number.POSITIVE_INFINITY, maxInvocations = 10_000 } = {}) {
      const limit = invocations.length + maxInvocations;
      const readyAt = (worker: Worker): number => worker.readyAt() ?? Number.POSITIVE_INFINITY;
      const busy = new Map<Worker, Promise<void>>();
      for (;;) {
        const idle = workers.filter((worker) => !busy.has(worker));
        const next = Math.min(...idle.map(readyAt));
        const isOver = next === Number.POSITIVE_INFINITY || next > until;
        if (busy.size === 0) {
          if (isOver) break;
          clock.advanceTo(next);
        }
        const ready = isOver ? [] : idle.filter((worker) => readyAt(worker) <= clock.now());
        while (ready.length > 0 && busy.size < concurrency) {
          const [worker] = ready.splice(pick(ready.length), 1);
          busy.set(
            worker!,
            worker!.run().finally(() => busy.delete(worker!)),
          );
        }
        // Nothing is ready after all where a message has become visible whose group is still held back.
        if (busy.size > 0) await Promise.race(busy.values());
        if (invocations.length > limit) {
          // What runs ends before anybody looks at what it has left.
          await Promise.allSettled(busy.values());
          throw new Error(`Not quiet after ${maxInvocations} calls of functions`);
        }
      }
      if (until !== Number.POSITIVE_INFINITY) clock.advanceTo(until);
    },
  };
}

function found<T>(map: ReadonlyMap<string, T>, name: string, kind: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`There is no ${kind} "${name}"; there are ${[...map.keys()].join(', ')}`);
  return value;
}
