import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '#core/contract/functions.ts';
import { deletionPrefix } from '#core/contract/tables.ts';
import { partitionMessage } from '#core/jobs/partition-message.ts';
import { dynamoDb, s3, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('delete-dataset-partition', process.env);

const deletePart = createWorker({
  catalog: createCatalogReader(environment),
  jobsOf: (datasetId) => new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, deletionPrefix(datasetId)),
  queue: new SqsMessageQueue(sqs(), environment.DELETION_QUEUE_URL),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  landing: createS3ObjectStore(s3(), environment.LANDING_BUCKET),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  workMs: environment.WORK_SECONDS * 1_000,
  itemsPerStep: 500,
  now: Date.now,
  untilSeen: () => setTimeout(UNTIL_SEEN_MS),
  backoff: backoffBefore,
});

export const handler = createSqsHandler(partitionMessage, eachInOrder(deletePart, 1));
