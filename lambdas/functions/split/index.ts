import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { SqsChunkQueue } from '#lambdas/adapters/chunk-queue.sqs.ts';
import { dynamoDbClient, s3Client, sqsClient } from '#lambdas/adapters/clients.ts';
import { S3ObjectStore } from '#lambdas/adapters/object-store.s3.ts';
import { DynamoDbOperations } from '#lambdas/adapters/operations.dynamodb.ts';
import { invocation } from '#lambdas/runtime/invocation.ts';
import { createLog } from '#lambdas/runtime/log.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createSqsHandler, runEach } from '#lambdas/runtime/sqs-handler.ts';
import { createSplitter, notification } from './handler.ts';

const environment = readEnvironment('split', process.env);
const metrics = createMetrics('split', environment.STAGE);
const log = createLog('split', environment.STAGE);

const split = createSplitter({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  landing: new S3ObjectStore(s3Client(), environment.LANDING_BUCKET),
  quarantine: new S3ObjectStore(s3Client(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDbClient(), environment.OPERATIONS_TABLE),
  chunks: new SqsChunkQueue(sqsClient(), environment.CHUNKS_QUEUE_URL),
  metrics,
  log,
});

export const handler = invocation(
  createSqsHandler({ schema: notification, run: runEach(split, log), log }),
  metrics,
  log,
);
