import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-aam-edge', process.env);

const runStatistics = new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE);

export const handler = withDataflow(
  { runStatistics, metrics: createMetrics('deliver-aam-edge', environment.STAGE), now: Date.now },
  (metrics) =>
    createHandler({
      catalog: createCatalogReader(environment),
      deliveryStates: new DynamoDbVersionedStore(
        dynamoDb(),
        environment.OPERATIONS_TABLE,
        OPERATIONS_PREFIX.deliveryState,
      ),
      http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
      metrics,
    }),
);
