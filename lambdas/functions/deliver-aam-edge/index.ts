import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createHttpClient } from '#lambdas/adapters/http.fetch.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/versioned-store.dynamodb.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-aam-edge', process.env);

export const handler = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  ledgers: new DynamoDbVersionedStore(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.ledger),
  http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
  metrics: createMetrics('deliver-aam-edge', environment.STAGE),
});
