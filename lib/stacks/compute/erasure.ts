import { writeRetentions } from '#core/contract/retentions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { retentionsOf } from '#lib/config/retentions.ts';
import {
  deleteObjects,
  eraseItems,
  putItemsUnder,
  readItems,
  readObjects,
  removeItems,
  removeItemsUnder,
  uploadObjects,
  writeItems,
} from '#lib/constructs/grants.ts';
import type { WorkQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';
import { addPartitionsQueue, connectJob, workSeconds } from './profile-jobs.ts';

/** A request of a person → they are suppressed, and gone from profiles; then passes over all objects, in parts. */
export function addErasure(make: FunctionFactory): { erase: TributaryFunction; erasure: WorkQueue } {
  const { config, data, activation } = make;
  const person = make.function('ErasePerson', 'erase-person', 'a request → a person is suppressed and erased', {
    ...make.catalog(),
    ...make.suppression(),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
  });
  const erasure = addPartitionsQueue(make, 'Erasure', 'erasure', 'erase-partition');
  const erase = make.function('Erase', 'erase', 'deletions → passes and receipts', {
    ...make.memberships(),
    ...make.edgeProfiles(),
    ...make.suppression(),
    TIMELINE_TABLE: data.timeline.tableName,
    RECEIPT_SECRET: data.receiptKey.secretArn,
    ERASURE_QUEUE_URL: erasure.queue.queueUrl,
    REROUTES_QUEUE_URL: activation.reroutes.queue.queueUrl,
    PARTITIONS: String(config.jobPartitions),
    SETTLE_SECONDS: String(config.erasure.settleSeconds),
    RETENTION_DAYS: writeRetentions(retentionsOf(config)),
  });
  for (const made of [person, erase]) {
    make.allowSuppressing(made);
    readItems(made.function, data.profiles);
    writeItems(made.function, data.profiles);
    eraseItems(made.function, data.timeline);
    putItemsUnder(made.function, data.operations, [OPERATIONS_PREFIX.erasure]);
  }
  // Keys of a person who is gone, and what they saw of activities; delivery states are emptied, and go by themselves.
  removeItems(erase.function, data.profiles);
  readItems(erase.function, data.memberships);
  writeItems(erase.function, data.memberships);
  removeItems(erase.function, data.memberships);
  // Also where none are made any more: what is left of them goes.
  make.allowProjecting(erase);
  putItemsUnder(erase.function, data.operations, [OPERATIONS_PREFIX.deliveryState]);
  removeItemsUnder(erase.function, data.operations, [OPERATIONS_PREFIX.deliveryState, OPERATIONS_PREFIX.exposures]);
  data.receiptKey.grantRead(erase.function);
  activation.reroutes.queue.grantSendMessages(erase.function);

  const part = make.function(
    'ErasePart',
    'erase-partition',
    'a part of a pass → its objects hold nobody who was deleted',
    {
      ...make.catalog(),
      ERASURE_QUEUE_URL: erasure.queue.queueUrl,
      WORK_SECONDS: workSeconds(make, 'erase-partition'),
      LAKE_BUCKET: data.lake.bucketName,
      QUARANTINE_BUCKET: data.quarantine.bucketName,
      EXPORTS_BUCKET: data.exports.bucketName,
    },
  );
  putItemsUnder(part.function, data.operations, [OPERATIONS_PREFIX.erasure]);
  for (const bucket of [data.lake, data.quarantine, data.exports]) {
    readObjects(part.function, bucket);
    uploadObjects(part.function, bucket);
    deleteObjects(part.function, bucket);
  }
  connectJob(make, { queue: erasure, starter: erase, worker: part, prefix: OPERATIONS_PREFIX.erasure });
  return { erase, erasure };
}
