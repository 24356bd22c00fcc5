import { Duration } from 'aws-cdk-lib';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource } from '#lib/constructs/event-sources.ts';
import {
  deleteObjects,
  eraseItems,
  readItems,
  readObjects,
  readVersions,
  updateItemsUnder,
  uploadObjects,
  writeItems,
  writeObjects,
} from '#lib/constructs/grants.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { FunctionFactory } from './function-factory.ts';

/** The queue of batches that are to be taken back: others put them there. */
export const revertQueue = (make: FunctionFactory): WorkQueue =>
  new WorkQueue(make.scope, 'Reverts', {
    name: 'reverts',
    deadLetterPattern: 'reverts-dead-letters',
    alarms: make.alarms,
    functionTimeout: Duration.seconds(make.config.functions['revert-batch'].timeoutSeconds),
    maxReceiveCount: 5,
    // One that failed comes back only after six times the timeout of the function.
    alarmAge: Duration.hours(6),
  });

/** A batch → profiles, lake and timeline as if it had never come. */
export function addReverts(make: FunctionFactory, reverts: WorkQueue): void {
  const { config, data } = make;
  const revert = make.function('RevertBatch', 'revert-batch', 'a batch → as if it had never come', {
    ...make.catalog(),
    ...make.suppression(),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
    LAKE_BUCKET: data.lake.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    LANDING_BUCKET: data.landing.bucketName,
    REVERTS_QUEUE_URL: reverts.queue.queueUrl,
    // Half of its time: a step that was begun comes to its end.
    WORK_SECONDS: String(config.functions['revert-batch'].timeoutSeconds / 2),
  });
  make.allowSuppressing(revert);
  readItems(revert.function, data.profiles);
  writeItems(revert.function, data.profiles);
  readItems(revert.function, data.timeline);
  writeItems(revert.function, data.timeline);
  eraseItems(revert.function, data.timeline);
  for (const bucket of [data.lake, data.landing, data.quarantine]) {
    readObjects(revert.function, bucket);
    deleteObjects(revert.function, bucket);
  }
  readVersions(revert.function, data.landing);
  updateItemsUnder(revert.function, data.operations, [OPERATIONS_PREFIX.batch]);
  uploadObjects(revert.function, data.lake);
  writeObjects(revert.function, data.landing);
  reverts.queue.grantSendMessages(revert.function);
  revert.function.addEventSource(queueSource(reverts.queue, { batchSize: 1, maxConcurrency: 2 }));
}
