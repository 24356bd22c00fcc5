import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, secretsManager } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbSuppressions } from '#lambdas/adapters/dynamodb/suppressions.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('erase-person', process.env);
const secrets = createSecretsManagerSecrets(
  secretsManager(),
  { suppression: environment.SUPPRESSION_SECRET },
  Date.now,
);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(
    dynamoDb(),
    environment.OPERATIONS_TABLE,
    OPERATIONS_PREFIX.deliveryState,
  ),
  erasures: new DynamoDbErasures(dynamoDb(), environment.OPERATIONS_TABLE),
  suppressions: new DynamoDbSuppressions(dynamoDb(), environment.OPERATIONS_TABLE),
  suppressionKey: () => secrets('suppression'),
  now: Date.now,
  backoff: backoffBefore,
});
