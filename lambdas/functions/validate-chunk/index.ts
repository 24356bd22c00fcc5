import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { chunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { dynamoDb, s3, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { stageSuppression } from '#lambdas/adapters/dynamodb/stage-suppression.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';
import { createValidator } from './handler.ts';

const environment = readEnvironment('validate-chunk', process.env);
const validateChunk = createValidator({
  catalog: createCatalogReader(environment),
  landing: createS3ObjectStore(s3(), environment.LANDING_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  chunks: new SqsMessageQueue(sqs(), environment.CHUNKS_QUEUE_URL),
  suppression: stageSuppression(environment),
  metrics: createMetrics('validate-chunk', environment.STAGE),
  now: Date.now,
  newId: randomUUID,
});

export const handler = createSqsHandler(
  chunkMessage,
  eachInOrder(({ value }) => validateChunk(value), 1),
);
