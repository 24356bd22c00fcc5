import type { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbLaneAssignments } from '#lambdas/adapters/dynamodb/lane-assignments.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createLaneQueues } from '#lambdas/adapters/sqs/lane-queues.ts';
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
  outbox: new SqsOutbox(
    sqs(),
    createLaneQueues(
      environment.DESTINATION_QUEUES,
      environment.LANE_QUEUE_URL === ''
        ? undefined
        : { first: environment.LANE_QUEUE_URL, files: environment.FILES_QUEUE_URL },
      new DynamoDbLaneAssignments(dynamoDb(), environment.OPERATIONS_TABLE),
      Date.now,
    ),
  ),
  runStatistics: new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE),
  guards: new DynamoDbGuardStore(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics(name, environment.STAGE),
  now: Date.now,
  backoff: backoffBefore,
});
