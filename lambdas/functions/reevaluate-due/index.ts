import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('reevaluate-due', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  guards: new DynamoDbGuardStore(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('reevaluate-due', environment.STAGE),
  now: Date.now,
  backoff: backoffBefore,
});
