import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbCountStore } from '#lambdas/adapters/dynamodb/count-store.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbRecounts } from '#lambdas/adapters/dynamodb/recounts.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('evaluate-batch', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.evaluation),
  queue: new SqsMessageQueue(sqs(), environment.EVALUATION_QUEUE_URL),
  counts: new DynamoDbCountStore(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  recounts: new DynamoDbRecounts(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  partitionCount: environment.PARTITIONS,
  now: Date.now,
  newId: randomUUID,
  backoff: backoffBefore,
});
