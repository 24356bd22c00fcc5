import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbAppliedRetentions } from '#lambdas/adapters/dynamodb/applied-retentions.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('expire', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  retentionStore: new DynamoDbAppliedRetentions(dynamoDb(), environment.OPERATIONS_TABLE),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.expiry),
  queue: new SqsMessageQueue(sqs(), environment.EXPIRY_QUEUE_URL),
  partitionCount: environment.PARTITIONS,
  now: Date.now,
  newId: randomUUID,
  backoff: backoffBefore,
});
