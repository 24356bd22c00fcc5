import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, s3, secretsManager } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('erase-person', process.env);
const secrets = createSecretsManagerSecrets(secretsManager(), { receipts: environment.RECEIPT_SECRET }, Date.now);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(
    dynamoDb(),
    environment.OPERATIONS_TABLE,
    OPERATIONS_PREFIX.deliveryState,
  ),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET),
  signingKey: () => secrets('receipts'),
  now: Date.now,
  backoff: backoffBefore,
});
