import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { partMessage } from '#core/jobs/part-message.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { DynamoDbExpiryBooks } from '#lambdas/adapters/dynamodb/expiry-books.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('expire-part', process.env);

const expirePart = createWorker({
  catalog: createCatalogReader(environment),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.expiry),
  queue: new SqsMessageQueue(sqs(), environment.EXPIRY_QUEUE_URL),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  books: new DynamoDbExpiryBooks(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('expire-part', environment.STAGE),
  workMs: environment.WORK_SECONDS * 1_000,
  sliceItems: 500,
  now: Date.now,
  untilSeen: () => setTimeout(UNTIL_SEEN_MS),
  pause: pauseBefore,
});

export const handler = createSqsHandler(partMessage, eachInOrder(expirePart, 1));
