import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import type { StoredAttributes } from '#lambdas/adapters/dynamodb/item-codec.ts';
import { DynamoDbProfileStore, readProfileAttributes } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbStreamTallies } from '#lambdas/adapters/dynamodb/stream-tallies.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('evaluate', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  tallies: new DynamoDbStreamTallies(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  metrics: createMetrics('evaluate', environment.STAGE),
  now: Date.now,
  readImage: (image) => readProfileAttributes(image as StoredAttributes),
  backoff: backoffBefore,
});
