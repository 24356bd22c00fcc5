import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDbClient, s3Client } from '#lambdas/adapters/clients.ts';
import { S3ObjectStore } from '#lambdas/adapters/object-store.s3.ts';
import { DynamoDbOperations } from '#lambdas/adapters/operations.dynamodb.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { invocation } from '#lambdas/runtime/invocation.ts';
import { createLog } from '#lambdas/runtime/log.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('stitch-stream', process.env);

const metrics = createMetrics('stitch-stream', environment.STAGE);
const log = createLog('stitch-stream', environment.STAGE);

const handle = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  profiles: new DynamoDbProfileStore(dynamoDbClient(), environment.PROFILES_TABLE),
  lake: new S3ObjectStore(s3Client(), environment.LAKE_BUCKET),
  quarantine: new S3ObjectStore(s3Client(), environment.QUARANTINE_BUCKET),
  operations: new DynamoDbOperations(dynamoDbClient(), environment.OPERATIONS_TABLE),
  metrics,
  log,
  pause: pauseBefore,
});

export const handler = invocation(handle, metrics, log);
