import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbExpiryBooks } from '#lambdas/adapters/dynamodb/expiry-books.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('expire', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  books: new DynamoDbExpiryBooks(dynamoDb(), environment.OPERATIONS_TABLE),
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.expiry),
  queue: new SqsMessageQueue(sqs(), environment.EXPIRY_QUEUE_URL),
  parts: environment.PARTS,
  now: Date.now,
  newId: randomUUID,
  pause: pauseBefore,
});
