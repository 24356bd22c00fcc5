import type { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import type { RoutingDeps } from '#lambdas/runtime/routing.ts';

/** What functions route with, from the tables and queues of their stage. */
export const stageRouting = (
  name: 'route' | 'reroute',
  environment: ReturnType<typeof readEnvironment<'route' | 'reroute'>>,
): RoutingDeps => ({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  deliveryStates: new DynamoDbVersionedStore(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.deliveryState),
  outbox: new SqsOutbox(sqs(), environment.DESTINATION_QUEUES),
  runStatistics: new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE),
  guards: new DynamoDbGuardStore(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics(name, environment.STAGE),
  now: Date.now,
  backoff: backoffBefore,
});
