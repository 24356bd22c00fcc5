import { readEnvironment } from '#core/contract/functions.ts';
import { deletionPrefix } from '#core/contract/tables.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { jobsUnder, partitionHandler, stagePartitionWork } from '#lambdas/adapters/stage-partition-work.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('delete-dataset-partition', process.env);

const deletePart = createWorker({
  ...stagePartitionWork(environment, environment.DELETION_QUEUE_URL),
  jobsOf: (datasetId) => jobsUnder(environment, deletionPrefix(datasetId)),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  landing: createS3ObjectStore(s3(), environment.LANDING_BUCKET),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  itemsPerStep: 500,
});

export const handler = partitionHandler(deletePart);
