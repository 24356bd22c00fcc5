import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { s3 } from '#lambdas/adapters/clients.ts';
import { createS3ObjectStore } from '#lambdas/adapters/object-store.s3.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('export-files', process.env);

export const handler = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET),
  metrics: createMetrics('export-files', environment.STAGE),
  now: Date.now,
});
