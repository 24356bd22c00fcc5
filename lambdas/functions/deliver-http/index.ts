import { setTimeout } from 'node:timers/promises';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, secretsManager } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbDataflowBooks } from '#lambdas/adapters/dynamodb/dataflow.ts';
import { createDynamoDbPace } from '#lambdas/adapters/dynamodb/pace.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-http', process.env);

const books = new DynamoDbDataflowBooks(dynamoDb(), environment.OPERATIONS_TABLE);

export const handler = withDataflow(
  { books, metrics: createMetrics('deliver-http', environment.STAGE), now: Date.now },
  (metrics) =>
    createHandler({
      catalog: createCatalogReader(environment),
      ledgers: new DynamoDbVersionedStore(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.ledger),
      http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
      secrets: createSecretsManagerSecrets(secretsManager(), environment.DESTINATION_SECRETS, Date.now),
      pace: createDynamoDbPace({
        client: dynamoDb(),
        table: environment.OPERATIONS_TABLE,
        now: Date.now,
        sleep: setTimeout,
      }),
      metrics,
      now: Date.now,
    }),
);
