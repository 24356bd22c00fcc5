import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { createHttpClient } from '#lambdas/adapters/http.fetch.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-aam-edge', process.env);

export const handler = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
  metrics: createMetrics('deliver-aam-edge', environment.STAGE),
});
