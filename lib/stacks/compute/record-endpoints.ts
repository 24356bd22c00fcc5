import { Duration } from 'aws-cdk-lib';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';
import { queueSource, streamSettings } from '#lib/constructs/event-sources.ts';
import { deleteObjects, readObjects, readVersions, writeItems, writeObjects } from '#lib/constructs/grants.ts';
import { FailureQueue, WorkQueue } from '#lib/constructs/queues.ts';
import type { FunctionFactory } from './function-factory.ts';

/** Streamed records → profiles. */
export function addStreamIngestion(make: FunctionFactory): void {
  const { config, data } = make;
  const stitch = make.function('StitchStream', 'stitch-stream', 'records of the stream → profiles', {
    ...make.catalog(),
    ...make.suppression(),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
    LAKE_BUCKET: data.lake.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
  });
  make.allowStitching(stitch);
  make.allowSuppressing(stitch);
  stitch.function.addEventSource(
    new KinesisEventSource(
      data.collection,
      streamSettings({
        batchSize: 500,
        parallelism: config.streamParallelism,
        retention: Duration.hours(config.collection.retentionHours),
        failures: new FailureQueue(make.scope, 'StitchStreamFailures', { name: stitch.label, alarms: make.alarms }),
      }),
    ),
  );
  make.watchStream(stitch);
}

/** Files → chunks → good ones → profiles. */
export function addFileIngestion(
  make: FunctionFactory,
  reverts: WorkQueue,
): { validation: WorkQueue; chunks: WorkQueue } {
  const { data } = make;
  const validation = chunkQueue(make, 'Validation', 'validation', 'validate-chunk');
  const chunks = chunkQueue(make, 'Chunks', 'chunks', 'stitch-chunk');

  const split = make.function('Split', 'split', 'files of the landing bucket → chunks', {
    ...make.catalog(),
    LANDING_BUCKET: data.landing.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    VALIDATION_QUEUE_URL: validation.queue.queueUrl,
  });
  writeItems(split.function, data.operations);
  readObjects(split.function, data.landing);
  // The plan of a large file lies beside it, and the text of a large gzip.
  writeObjects(split.function, data.landing);
  writeObjects(split.function, data.quarantine);
  validation.queue.grantSendMessages(split.function);
  // A file may take minutes, so each gets a call of its own.
  split.function.addEventSource(queueSource(data.landingQueue.queue, { batchSize: 1, maxConcurrency: 5 }));

  const validate = make.function('ValidateChunk', 'validate-chunk', 'records of a chunk → good or bad', {
    ...make.catalog(),
    ...make.suppression(),
    LANDING_BUCKET: data.landing.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    CHUNKS_QUEUE_URL: chunks.queue.queueUrl,
  });
  make.allowSuppressing(validate);
  writeItems(validate.function, data.operations);
  readObjects(validate.function, data.landing);
  writeObjects(validate.function, data.quarantine);
  chunks.queue.grantSendMessages(validate.function);
  validate.function.addEventSource(queueSource(validation.queue, { batchSize: 1, maxConcurrency: 20 }));

  const stitch = make.function('StitchChunk', 'stitch-chunk', 'records of a chunk → profiles', {
    ...make.catalog(),
    ...make.suppression(),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
    LANDING_BUCKET: data.landing.bucketName,
    LAKE_BUCKET: data.lake.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    REVERTS_QUEUE_URL: reverts.queue.queueUrl,
  });
  make.allowStitching(stitch);
  make.allowSuppressing(stitch);
  readObjects(stitch.function, data.landing);
  reverts.queue.grantSendMessages(stitch.function);
  stitch.function.addEventSource(queueSource(chunks.queue, { batchSize: 1, maxConcurrency: 20 }));
  // Whoever finds a batch over takes away what was laid down for its workers.
  for (const { function: worker } of [split, validate, stitch]) {
    deleteObjects(worker, data.landing, BLOCKS_PREFIX);
    // The very object that was announced, whatever has taken its place.
    readVersions(worker, data.landing);
  }
  return { validation, chunks };
}

/** A queue of chunks, for the function that reads it. */
const chunkQueue = (
  make: FunctionFactory,
  id: string,
  name: 'validation' | 'chunks',
  reader: 'validate-chunk' | 'stitch-chunk',
): WorkQueue =>
  new WorkQueue(make.scope, id, {
    name,
    deadLetterPattern: `${name}-dead-letters`,
    alarms: make.alarms,
    functionTimeout: Duration.seconds(make.config.functions[reader].timeoutSeconds),
    maxReceiveCount: 5,
    alarmAge: Duration.hours(1),
  });
