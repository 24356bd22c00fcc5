import { readEnvironment } from '#core/contract/functions.ts';
import { revertMessage } from '#core/revert/batch-to-revert.ts';
import { dynamoDb, s3, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { stageSuppression } from '#lambdas/adapters/dynamodb/stage-suppression.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('revert-batch', process.env);
const revertBatch = createWorker({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  landing: createS3ObjectStore(s3(), environment.LANDING_BUCKET),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  reverts: new SqsMessageQueue(sqs(), environment.REVERTS_QUEUE_URL),
  suppression: stageSuppression(environment),
  now: Date.now,
  workMs: environment.WORK_SECONDS * 1_000,
});

export const handler = createSqsHandler(
  revertMessage,
  eachInOrder(({ value }) => revertBatch(value), 1),
);
