import type { VirtualClock } from './clock.ts';
import type { QueueDefinition, QueueSource } from './event-source.ts';
import { queueRecord } from './events.ts';
import { passes } from './filter.ts';
import { runWithin } from './invocation.ts';
import type { MemoryQueue } from './queue.ts';
import { type CommitDecision, type Handler, invoke } from './response.ts';
import type { Invocation, Worker } from './worker.ts';

const FIFO_BATCH_LIMIT = 10;
const UNGATHERED_BATCH_LIMIT = 10;

export interface QueueWorkerProps {
  readonly source: QueueSource;
  readonly definition: QueueDefinition;
  readonly queue: MemoryQueue;
  readonly handler: Handler;
  readonly clock: VirtualClock;
  readonly log: (invocation: Invocation) => void;
}

/** The reader of a queue: what succeeded is deleted, the rest comes back when its visibility timeout is over. */
export function createQueueWorker({ source, definition, queue, handler, clock, log }: QueueWorkerProps): Worker {
  rejectWhatAwsRejects(source, definition);
  return {
    function: source.function,
    readyAt() {
      const first = queue.firstVisibleAt();
      if (first === undefined) return undefined;
      return queue.visible() >= source.batchSize ? first : first + source.batchingWindowSeconds * 1000;
    },
    async run() {
      const received = queue.receive(source.batchSize);
      const records = received.map((message) => queueRecord(queue.name, message));
      for (const record of records) if (!passes(source.filters, record)) queue.delete(record.messageId);
      const batch = records.filter((record) => passes(source.filters, record));
      if (batch.length === 0) return;
      const items = batch.map(({ messageId }) => messageId);
      const at = clock.now();
      const commitDecision = await runWithin(clock, source.timeoutSeconds, (context) =>
        invoke(handler, { Records: batch }, new Set(items), source.reportBatchItemFailures, context),
      ).catch((error: unknown): CommitDecision => ({ outcome: 'failed', error }));
      log({ at, function: source.function, items, outcome: commitDecision.outcome });
      if (commitDecision.outcome === 'failed') return;
      const failed = commitDecision.outcome === 'partly-failed' ? commitDecision.failed : new Set<string>();
      for (const { messageId, receiptHandle } of batch) if (!failed.has(messageId)) queue.acknowledge(receiptHandle);
    },
  };
}

function rejectWhatAwsRejects(source: QueueSource, definition: QueueDefinition): void {
  const reject = (why: string): never => {
    throw new Error(`AWS rejects the event source of queue "${source.queue}": ${why}`);
  };
  if (definition.fifo && source.batchSize > FIFO_BATCH_LIMIT) reject('a FIFO queue gives at most 10 messages a batch');
  if (definition.fifo && source.batchingWindowSeconds > 0) reject('a FIFO queue has no batching window');
  if (source.batchSize > UNGATHERED_BATCH_LIMIT && source.batchingWindowSeconds < 1) {
    reject('more than 10 messages a batch need a batching window of a second or more');
  }
}
