import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { jobsUnder, partitionHandler, stagePartitionWork } from '#lambdas/adapters/stage-partition-work.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('erase-partition', process.env);

const erasePartition = createWorker({
  ...stagePartitionWork(environment, environment.ERASURE_QUEUE_URL),
  jobs: jobsUnder(environment, OPERATIONS_PREFIX.erasure),
  erasures: new DynamoDbErasures(dynamoDb(), environment.OPERATIONS_TABLE),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET),
  // A folder may take long, and what is done of a slice is written down only with all of it.
  itemsPerStep: 1,
});

export const handler = partitionHandler(erasePartition);
