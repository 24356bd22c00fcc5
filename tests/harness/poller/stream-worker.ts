import type { VirtualClock } from './clock.ts';
import type { StreamSource } from './event-source.ts';
import { itemRecord, kinesisRecord, shardId, streamArn } from './events.ts';
import { type CommitDecision, type Handler, invoke } from './response.ts';
import type { ItemChange, KinesisPayload, StreamRecord } from './stream.ts';
import type { Invocation, Unsteadiness, Worker } from './worker.ts';

const MAX_BACKOFF_MS = 60_000;

interface Batch {
  readonly records: readonly StreamRecord[];
  /** Retries that were used up. Halving a batch uses none, and both halves keep the count. */
  readonly retries: number;
  readonly notBefore: number;
}

export interface StreamWorkerProps {
  readonly source: StreamSource;
  readonly handler: Handler;
  readonly clock: VirtualClock;
  readonly giveUp: (message: string) => void;
  readonly log: (invocation: Invocation) => void;
  readonly unsteady?: Unsteadiness;
}

export interface StreamWorker extends Worker {
  accept(record: StreamRecord): void;
}

/** The reader of one lane: a shard, or the part of its partition keys that parallelization gives to this lane. */
export function createStreamWorker(props: StreamWorkerProps): StreamWorker {
  const { source, handler, clock, giveUp, log, unsteady } = props;
  const waiting: StreamRecord[] = [];
  /** When each of them can be read: in order, as they were put. */
  const visibleAt: number[] = [];
  /** What was tried before goes first, oldest records foremost: nothing overtakes within a lane. */
  let retrying: Batch[] = [];

  const backoff = (retries: number): number => clock.now() + Math.min(MAX_BACKOFF_MS, 1000 * 2 ** retries);

  const abandon = (batch: Batch, condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded'): void => {
    if (source.onFailure !== undefined) giveUp(JSON.stringify(failureRecord(source, batch, condition, clock.now())));
  };

  const retryLater = (batch: Batch): void => {
    if (source.retryAttempts >= 0 && batch.retries > source.retryAttempts) abandon(batch, 'RetryAttemptsExhausted');
    else retrying = [{ ...batch, notBefore: backoff(batch.retries) }, ...retrying];
  };

  /** Records that are too old are given up before they are tried again. */
  const withoutExpired = (batch: Batch): Batch => {
    if (source.maxRecordAgeSeconds < 0) return batch;
    const oldest = clock.now() - source.maxRecordAgeSeconds * 1000;
    const expired = batch.records.filter(({ arrivedAt }) => arrivedAt < oldest);
    if (expired.length > 0) abandon({ ...batch, records: expired }, 'RecordAgeExceeded');
    return { ...batch, records: batch.records.filter(({ arrivedAt }) => arrivedAt >= oldest) };
  };

  const settle = (batch: Batch, commitDecision: CommitDecision): void => {
    const { records, retries } = batch;
    if (commitDecision.outcome === 'succeeded') {
      if (unsteady?.again()) retrying = [{ ...batch, notBefore: clock.now() }, ...retrying];
      return;
    }
    if (commitDecision.outcome === 'partly-failed') {
      // Everything from the lowest failed record on is tried again, also what succeeded after it.
      const first = records.findIndex(({ sequenceNumber }) => commitDecision.failed.has(sequenceNumber));
      const split = source.bisectBatchOnError && first > 0;
      retryLater({ ...batch, records: records.slice(first), retries: split ? retries : retries + 1 });
      return;
    }
    if (source.bisectBatchOnError && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      const notBefore = backoff(retries);
      const halves = [records.slice(0, middle), records.slice(middle)];
      retrying = [...halves.map((half) => ({ records: half, retries, notBefore })), ...retrying];
      return;
    }
    retryLater({ ...batch, retries: retries + 1 });
  };

  const next = (): Batch => {
    const readable = visibleAt.findIndex((instant) => instant > clock.now());
    const count = Math.min(source.batchSize, readable < 0 ? waiting.length : readable);
    visibleAt.splice(0, count);
    return { records: waiting.splice(0, count), retries: 0, notBefore: clock.now() };
  };

  return {
    function: source.function,
    accept(record) {
      waiting.push(record);
      visibleAt.push(Math.max(visibleAt.at(-1) ?? 0, record.arrivedAt + (unsteady?.lag() ?? 0)));
    },
    readyAt() {
      if (retrying.length > 0) return retrying[0]!.notBefore;
      if (waiting.length === 0) return undefined;
      const first = visibleAt[0]!;
      return waiting.length >= source.batchSize ? first : first + source.batchingWindowSeconds * 1000;
    },
    async run() {
      const batch = withoutExpired(retrying.shift() ?? next());
      if (batch.records.length === 0) return;
      const items = batch.records.map(({ sequenceNumber }) => sequenceNumber);
      const at = clock.now();
      const event = { Records: batch.records.map((record) => eventRecord(source, record)) };
      const commitDecision = await invoke(handler, event, new Set(items), source.reportBatchItemFailures);
      log({ at, function: source.function, items, outcome: commitDecision.outcome });
      settle(batch, commitDecision);
    },
  };
}

export const eventRecord = (source: StreamSource, record: StreamRecord): unknown =>
  source.kind === 'kinesis'
    ? kinesisRecord(source.stream, record as StreamRecord<KinesisPayload>)
    : itemRecord(source.stream, record as StreamRecord<ItemChange>);

/** The message of an on-failure destination: which records they were, never what was in them. */
function failureRecord(source: StreamSource, batch: Batch, condition: string, now: number): unknown {
  const [first, last] = [batch.records[0]!, batch.records.at(-1)!];
  const info = {
    shardId: shardId(first.shard),
    startSequenceNumber: first.sequenceNumber,
    endSequenceNumber: last.sequenceNumber,
    approximateArrivalOfFirstRecord: new Date(first.arrivedAt).toISOString(),
    approximateArrivalOfLastRecord: new Date(last.arrivedAt).toISOString(),
    batchSize: batch.records.length,
    streamArn: streamArn(source.kind, source.stream),
  };
  return {
    requestContext: { functionArn: source.function, condition, approximateInvokeCount: batch.retries },
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    ...(source.kind === 'kinesis' ? { KinesisBatchInfo: info } : { DDBStreamBatchInfo: info }),
  };
}
