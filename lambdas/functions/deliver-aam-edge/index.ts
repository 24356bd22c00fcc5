import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbDataflowBooks } from '#lambdas/adapters/dynamodb/dataflow.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-aam-edge', process.env);

const books = new DynamoDbDataflowBooks(dynamoDb(), environment.OPERATIONS_TABLE);

export const handler = withDataflow(
  { books, metrics: createMetrics('deliver-aam-edge', environment.STAGE), now: Date.now },
  (metrics) =>
    createHandler({
      catalog: createCatalogReader(environment),
      ledgers: new DynamoDbVersionedStore(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.ledger),
      http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
      metrics,
    }),
);
