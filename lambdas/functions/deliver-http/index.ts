import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';
import { createHttpClient } from '#lambdas/adapters/http.fetch.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets.manager.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-http', process.env);

export const handler = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
  secrets: createSecretsManagerSecrets(secretsManager(), environment.DESTINATION_SECRETS, Date.now),
  metrics: createMetrics('deliver-http', environment.STAGE),
  now: Date.now,
});
