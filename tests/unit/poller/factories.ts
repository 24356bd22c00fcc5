import type { DynamoDBStreamEvent, KinesisStreamEvent, SQSEvent } from 'aws-lambda';
import type { QueueDefinition, QueueSource, StreamSource, Wiring } from '#tests/harness/poller/event-source.ts';
import type { InvocationContext } from '#tests/harness/poller/invocation.ts';
import { createPoller, type Poller, type PollerOptions } from '#tests/harness/poller/poller.ts';

/** Wirings of one function, with settings that make the arithmetic of a test easy. */

export const streamSource = (settings: Partial<StreamSource> = {}): StreamSource => ({
  kind: 'kinesis',
  stream: 'collection',
  function: 'reader',
  batchSize: 10,
  batchingWindowSeconds: 0,
  parallelizationFactor: 1,
  reportBatchItemFailures: true,
  bisectBatchOnError: false,
  retryAttempts: -1,
  maxRecordAgeSeconds: -1,
  onFailure: 'reader.failures',
  filters: [],
  ...settings,
});

export const queueSource = (settings: Partial<QueueSource> = {}): QueueSource => ({
  kind: 'sqs',
  queue: 'work',
  maxConcurrency: 5,
  timeoutSeconds: 30,
  function: 'reader',
  batchSize: 10,
  batchingWindowSeconds: 0,
  reportBatchItemFailures: true,
  filters: [],
  ...settings,
});

export const queueDefinition = (settings: Partial<QueueDefinition> = {}): QueueDefinition => ({
  name: 'work',
  fifo: false,
  deduplicatesPerGroup: true,
  visibilityTimeoutSeconds: 60,
  retentionSeconds: 14 * 86_400,
  redrive: undefined,
  ...settings,
});

type Rest = Omit<PollerOptions, 'from' | 'handlers'>;

export function streamPoller(
  settings: Partial<StreamSource>,
  reader: (event: KinesisStreamEvent) => unknown,
  rest: Rest = {},
): Poller {
  const wiring: Wiring = {
    sources: [streamSource(settings)],
    queues: [queueDefinition({ name: 'reader.failures' })],
  };
  return createPoller({ from: { wiring }, handlers: { reader }, ...rest });
}

export function tablePoller(settings: Partial<StreamSource>, reader: (event: DynamoDBStreamEvent) => unknown): Poller {
  const wiring: Wiring = {
    sources: [streamSource({ kind: 'dynamodb', stream: 'profiles', ...settings })],
    queues: [queueDefinition({ name: 'reader.failures' })],
  };
  return createPoller({ from: { wiring }, handlers: { reader } });
}

export function queuePoller(
  settings: Partial<QueueDefinition>,
  reader: (event: SQSEvent, context?: InvocationContext) => unknown,
  source: Partial<QueueSource> = {},
): Poller {
  const deadLetters = queueDefinition({ name: 'work.dead-letters', fifo: settings.fifo ?? false });
  const wiring: Wiring = { sources: [queueSource(source)], queues: [queueDefinition(settings), deadLetters] };
  return createPoller({ from: { wiring }, handlers: { reader } });
}

export const kinesisData = (event: KinesisStreamEvent): string[] =>
  event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());

export const bodies = (event: SQSEvent): string[] => event.Records.map(({ body }) => body);

/** A partial batch response that names the records of an event that a test dislikes. */
export const failing = (event: KinesisStreamEvent, bad: ReadonlySet<string>) => ({
  batchItemFailures: event.Records.filter(({ kinesis }) => bad.has(Buffer.from(kinesis.data, 'base64').toString())).map(
    ({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber }),
  ),
});
