import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb, s3, s3Addresses, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { createS3ObjectAddresses } from '#lambdas/adapters/s3/object-addresses.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('batch-api', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  callers: stageCallers(environment),
  landing: createS3ObjectStore(s3(), environment.LANDING_BUCKET),
  addresses: createS3ObjectAddresses(s3Addresses(), environment.LANDING_BUCKET, Date.now),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  reverts: new SqsMessageQueue(sqs(), environment.REVERTS_QUEUE_URL),
  hasOwnHost: !process.env.AWS_ENDPOINT_URL,
  now: Date.now,
  newId: randomUUID,
});
