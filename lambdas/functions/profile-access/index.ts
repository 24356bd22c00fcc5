import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbDefinitionStore } from '#lambdas/adapters/dynamodb/definition-store.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { stageAudit } from '#lambdas/adapters/stage-audit.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('profile-access', process.env);

const place = {
  client: dynamoDb(),
  table: environment.OPERATIONS_TABLE,
  bucket: createS3ObjectStore(s3(), environment.CATALOG_BUCKET),
};

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  definitions: new DynamoDbDefinitionStore(place, Date.now),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
  deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(
    dynamoDb(),
    environment.OPERATIONS_TABLE,
    OPERATIONS_PREFIX.deliveryState,
  ),
  guards: new DynamoDbGuardStore(dynamoDb(), environment.OPERATIONS_TABLE),
  callers: stageCallers(environment),
  ...stageAudit(environment),
  isEmulated: Boolean(process.env.AWS_ENDPOINT_URL),
  now: Date.now,
});
