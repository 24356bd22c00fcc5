import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { partitionMessage } from '#core/jobs/partition-message.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbAppliedRetentions } from '#lambdas/adapters/dynamodb/applied-retentions.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('expire-partition', process.env);

const expirePartition = createWorker({
  catalog: createCatalogReader(environment),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.expiry),
  queue: new SqsMessageQueue(sqs(), environment.EXPIRY_QUEUE_URL),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  retentionStore: new DynamoDbAppliedRetentions(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('expire-partition', environment.STAGE),
  workMs: environment.WORK_SECONDS * 1_000,
  itemsPerStep: 500,
  now: Date.now,
  untilSeen: () => setTimeout(UNTIL_SEEN_MS),
  backoff: backoffBefore,
});

export const handler = createSqsHandler(partitionMessage, eachInOrder(expirePartition, 1));
