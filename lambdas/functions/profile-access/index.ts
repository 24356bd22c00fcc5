import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { createEraser } from '#core/api/people/eraser.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, s3, secretsManager } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbDefinitionStore } from '#lambdas/adapters/dynamodb/definition-store.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbNotes } from '#lambdas/adapters/dynamodb/notes.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbSuppressions } from '#lambdas/adapters/dynamodb/suppressions.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { stageAudit } from '#lambdas/adapters/stage-audit.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('profile-access', process.env);

const place = {
  client: dynamoDb(),
  table: environment.OPERATIONS_TABLE,
  bucket: createS3ObjectStore(s3(), environment.CATALOG_BUCKET),
};

const stores = {
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(
    dynamoDb(),
    environment.OPERATIONS_TABLE,
    OPERATIONS_PREFIX.deliveryState,
  ),
  erasures: new DynamoDbErasures(dynamoDb(), environment.OPERATIONS_TABLE),
  now: Date.now,
  backoff: backoffBefore,
};
const secrets = createSecretsManagerSecrets(
  secretsManager(),
  { suppression: environment.SUPPRESSION_SECRET },
  Date.now,
);

export const handler = createHandler({
  ...stores,
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  definitions: new DynamoDbDefinitionStore(place, Date.now),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
  guards: new DynamoDbGuardStore(dynamoDb(), environment.OPERATIONS_TABLE),
  callers: stageCallers(environment),
  ...stageAudit(environment),
  isEmulated: Boolean(process.env.AWS_ENDPOINT_URL),
  notes: new DynamoDbNotes(dynamoDb(), environment.OPERATIONS_TABLE),
  erase: createEraser({
    ...stores,
    suppressions: new DynamoDbSuppressions(dynamoDb(), environment.OPERATIONS_TABLE),
    suppressionKey: () => secrets('suppression'),
  }),
});
