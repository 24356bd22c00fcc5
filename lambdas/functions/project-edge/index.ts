import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbEdgeProfileStore } from '#lambdas/adapters/dynamodb/edge-profile-store.ts';
import type { StoredAttributes } from '#lambdas/adapters/dynamodb/item-codec.ts';
import { DynamoDbProfileStore, readProfileAttributes } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbMembershipStore, readMembershipAttributes } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('project-edge', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  edgeProfiles: new DynamoDbEdgeProfileStore(dynamoDb(), environment.EDGE_PROFILES_TABLE),
  readProfile: (image) => readProfileAttributes(image as StoredAttributes),
  readMemberships: (image) => readMembershipAttributes(image as StoredAttributes),
  backoff: backoffBefore,
});
