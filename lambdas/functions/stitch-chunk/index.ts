import { readEnvironment } from '#core/contract/functions.ts';
import { chunkMessage } from '#core/ingestion/chunk-message.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDbClient, s3Client } from '#lambdas/adapters/clients.ts';
import { S3ObjectStore } from '#lambdas/adapters/object-store.s3.ts';
import { DynamoDbOperations } from '#lambdas/adapters/operations.dynamodb.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { invocation } from '#lambdas/runtime/invocation.ts';
import { createLog } from '#lambdas/runtime/log.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createSqsHandler, runEach } from '#lambdas/runtime/sqs-handler.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('stitch-chunk', process.env);
const metrics = createMetrics('stitch-chunk', environment.STAGE);
const log = createLog('stitch-chunk', environment.STAGE);

const stitchChunk = createWorker({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  profiles: new DynamoDbProfileStore(dynamoDbClient(), environment.PROFILES_TABLE),
  landing: new S3ObjectStore(s3Client(), environment.LANDING_BUCKET),
  lake: new S3ObjectStore(s3Client(), environment.LAKE_BUCKET),
  quarantine: new S3ObjectStore(s3Client(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDbClient(), environment.OPERATIONS_TABLE),
  metrics,
  log,
  pause: pauseBefore,
});

export const handler = invocation(
  createSqsHandler({ schema: chunkMessage, run: runEach(stitchChunk, log), log }),
  metrics,
  log,
);
