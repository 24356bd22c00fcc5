import {
  deleteObjects,
  eraseItems,
  readItems,
  readObjects,
  uploadObjects,
  writeItems,
  writeObjects,
} from '#lib/constructs/grants.ts';
import type { FunctionFactory } from './function-factory.ts';

/** A request of a person → they are deleted. Called by the command line. */
export function addErasure(make: FunctionFactory): void {
  const { data } = make;
  const erase = make.function('ErasePerson', 'erase-person', 'a request → a person is deleted', {
    ...make.catalog(),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
    LAKE_BUCKET: data.lake.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    EXPORTS_BUCKET: data.exports.bucketName,
    RECEIPT_SECRET: data.receiptKey.secretArn,
  });
  readItems(erase.function, data.profiles);
  writeItems(erase.function, data.profiles);
  eraseItems(erase.function, data.timeline);
  for (const bucket of [data.lake, data.quarantine, data.exports]) {
    readObjects(erase.function, bucket);
    if (bucket === data.lake) uploadObjects(erase.function, bucket);
    else writeObjects(erase.function, bucket);
    deleteObjects(erase.function, bucket);
  }
  data.receiptKey.grantRead(erase.function);
}
