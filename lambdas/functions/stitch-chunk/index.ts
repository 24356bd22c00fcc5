import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { chunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { dynamoDb, s3, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbActivityCounts } from '#lambdas/adapters/dynamodb/activity-counts.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { stageSuppression } from '#lambdas/adapters/dynamodb/stage-suppression.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('stitch-chunk', process.env);
const stitchChunk = createWorker({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
  landing: createS3ObjectStore(s3(), environment.LANDING_BUCKET),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  reverts: new SqsMessageQueue(sqs(), environment.REVERTS_QUEUE_URL),
  activityCounts: new DynamoDbActivityCounts(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  suppression: stageSuppression(environment),
  metrics: createMetrics('stitch-chunk', environment.STAGE),
  now: Date.now,
  newId: randomUUID,
  backoff: backoffBefore,
});

export const handler = createSqsHandler(
  chunkMessage,
  eachInOrder(({ value }) => stitchChunk(value), 1),
);
