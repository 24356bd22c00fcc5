import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { partitionMessage } from '#core/jobs/partition-message.ts';
import { dynamoDb, s3, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('erase-partition', process.env);

const erasePartition = createWorker({
  catalog: createCatalogReader(environment),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.erasure),
  queue: new SqsMessageQueue(sqs(), environment.ERASURE_QUEUE_URL),
  erasures: new DynamoDbErasures(dynamoDb(), environment.OPERATIONS_TABLE),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET),
  workMs: environment.WORK_SECONDS * 1_000,
  // A folder may take long, and what is done of a slice is written down only with all of it.
  itemsPerStep: 1,
  now: Date.now,
  untilSeen: () => setTimeout(UNTIL_SEEN_MS),
  backoff: backoffBefore,
});

export const handler = createSqsHandler(partitionMessage, eachInOrder(erasePartition, 1));
