import { Duration } from 'aws-cdk-lib';
import { type FunctionName, PART_TRIES } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource } from '#lib/constructs/event-sources.ts';
import {
  deleteObjects,
  eraseItems,
  putItemsUnder,
  queryItems,
  readItems,
  readObjects,
  scanItems,
  updateItems,
  updateItemsUnder,
  writeItems,
} from '#lib/constructs/grants.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

/** Share of its timeout that a call works before it hands its part on: a step may take long, and must not be cut off. */
const WORKING_SHARE = 0.5;

/** The queue of the parts of evaluations of all profiles. */
export const evaluationQueue = (make: FunctionFactory): WorkQueue =>
  addPartitionsQueue(make, 'Evaluation', 'evaluation', 'evaluate-partition');

/** All profiles → parts → memberships. */
export function addBatchEvaluation(make: FunctionFactory, evaluation: WorkQueue): TributaryFunction {
  const { data } = make;
  const batch = make.function('EvaluateBatch', 'evaluate-batch', 'all profiles → parts', {
    ...make.catalog(),
    EVALUATION_QUEUE_URL: evaluation.queue.queueUrl,
    PARTITIONS: String(make.config.jobPartitions),
  });
  const part = make.function('EvaluatePart', 'evaluate-partition', 'a part of all profiles → memberships', {
    ...make.memberships(),
    ...make.edgeProfiles(),
    EVALUATION_QUEUE_URL: evaluation.queue.queueUrl,
    WORK_SECONDS: workSeconds(make, 'evaluate-partition'),
    TIMELINE_TABLE: data.timeline.tableName,
  });
  scanItems(part.function, data.profiles);
  // Counters are counted anew along the way.
  putItemsUnder(part.function, data.operations, [OPERATIONS_PREFIX.recount]);
  putItemsUnder(batch.function, data.operations, [OPERATIONS_PREFIX.recount]);
  connectJob(make, { queue: evaluation, starter: batch, worker: part, prefix: OPERATIONS_PREFIX.evaluation });
  make.allowEvaluating(part);
  make.allowProjecting(part);
  // Segments that are new see what happened before them: events are chosen anew.
  writeItems(part.function, data.profiles);
  queryItems(part.function, data.timeline);
  return batch;
}

/** All profiles → parts → what has expired is removed. */
export function addExpiry(make: FunctionFactory): { expire: TributaryFunction; expiry: WorkQueue } {
  const { data } = make;
  const expiry = addPartitionsQueue(make, 'Expiry', 'expiry', 'expire-partition');
  const expire = make.function('Expire', 'expire', 'all profiles → parts', {
    ...make.catalog(),
    EXPIRY_QUEUE_URL: expiry.queue.queueUrl,
    PARTITIONS: String(make.config.jobPartitions),
  });
  const part = make.function(
    'ExpirePart',
    'expire-partition',
    'what has expired of a part of all profiles is removed',
    {
      ...make.catalog(),
      EXPIRY_QUEUE_URL: expiry.queue.queueUrl,
      WORK_SECONDS: workSeconds(make, 'expire-partition'),
      PROFILES_TABLE: data.profiles.tableName,
      TIMELINE_TABLE: data.timeline.tableName,
    },
  );
  scanItems(part.function, data.profiles);
  connectJob(make, { queue: expiry, starter: expire, worker: part, prefix: OPERATIONS_PREFIX.expiry });
  readItems(part.function, data.profiles);
  writeItems(part.function, data.profiles);
  eraseItems(part.function, data.timeline);
  updateItems(part.function, data.timeline);
  return { expire, expiry };
}

/** A dataset that has left the catalog → parts → nothing is left of it. Called by the command line. */
export function addDeletion(make: FunctionFactory): WorkQueue {
  const { data } = make;
  const deletion = addPartitionsQueue(make, 'Deletion', 'deletion', 'delete-dataset-partition');
  const start = make.function('DeleteDataset', 'delete-dataset', 'a dataset that has left the catalog → parts', {
    ...make.catalog(),
    DELETION_QUEUE_URL: deletion.queue.queueUrl,
    PARTITIONS: String(make.config.jobPartitions),
  });
  const part = make.function('DeleteDatasetPart', 'delete-dataset-partition', 'nothing is left of a dataset', {
    ...make.catalog(),
    DELETION_QUEUE_URL: deletion.queue.queueUrl,
    WORK_SECONDS: workSeconds(make, 'delete-dataset-partition'),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
    LAKE_BUCKET: data.lake.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    LANDING_BUCKET: data.landing.bucketName,
  });
  scanItems(part.function, data.profiles);
  connectJob(make, { queue: deletion, starter: start, worker: part, prefix: OPERATIONS_PREFIX.deletion });
  readItems(part.function, data.profiles);
  writeItems(part.function, data.profiles);
  eraseItems(part.function, data.timeline);
  for (const bucket of [data.lake, data.quarantine, data.landing]) {
    readObjects(part.function, bucket);
    deleteObjects(part.function, bucket);
  }
  // Its batches are inactive from then on.
  updateItemsUnder(part.function, data.operations, [OPERATIONS_PREFIX.batch]);
  return deletion;
}

/** The queue of the parts of a kind of job. */
export function addPartitionsQueue(make: FunctionFactory, id: string, name: string, worker: FunctionName): WorkQueue {
  return new WorkQueue(make.scope, id, {
    name,
    deadLetterPattern: '<job>-dead-letters',
    alarms: make.alarms,
    functionTimeout: Duration.seconds(make.config.functions[worker].timeoutSeconds),
    maxReceiveCount: PART_TRIES,
    alarmAge: Duration.hours(1),
  });
}

export const workSeconds = ({ config }: FunctionFactory, worker: FunctionName): string =>
  String(Math.ceil(config.functions[worker].timeoutSeconds * WORKING_SHARE));

/** Both keep the records of the job and send its parts. */
export function connectJob(
  { config, data }: FunctionFactory,
  job: { queue: WorkQueue; starter: TributaryFunction; worker: TributaryFunction; prefix: string },
): void {
  for (const { function: made } of [job.starter, job.worker]) {
    updateItemsUnder(made, data.operations, [job.prefix]);
    job.queue.queue.grantSendMessages(made);
  }
  job.worker.function.addEventSource(
    queueSource(job.queue.queue, { batchSize: 1, maxConcurrency: config.jobPartitions }),
  );
}
