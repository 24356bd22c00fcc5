import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { partMessage } from '#core/jobs/part-message.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('evaluate-part', process.env);

const evaluatePart = createWorker({
  catalog: createCatalogReader(environment),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.evaluation),
  queue: new SqsMessageQueue(sqs(), environment.EVALUATION_QUEUE_URL),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  metrics: createMetrics('evaluate-part', environment.STAGE),
  workMs: environment.WORK_SECONDS * 1_000,
  sliceItems: 500,
  now: Date.now,
  untilSeen: () => setTimeout(UNTIL_SEEN_MS),
  pause: pauseBefore,
});

export const handler = createSqsHandler(partMessage, eachInOrder(evaluatePart, 1));
