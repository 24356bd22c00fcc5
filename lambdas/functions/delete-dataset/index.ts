import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { deletionPrefix } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('delete-dataset', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  jobsOf: (datasetId) => new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, deletionPrefix(datasetId)),
  queue: new SqsMessageQueue(sqs(), environment.DELETION_QUEUE_URL),
  partitionCount: environment.PARTITIONS,
  now: Date.now,
  newId: randomUUID,
  backoff: backoffBefore,
});
