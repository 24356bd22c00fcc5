import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbEdgeProfileStore } from '#lambdas/adapters/dynamodb/edge-profile-store.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbRecounts } from '#lambdas/adapters/dynamodb/recounts.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbBulkStore, DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { jobsUnder, partitionHandler, stagePartitionWork } from '#lambdas/adapters/stage-partition-work.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('evaluate-partition', process.env);

const evaluatePartition = createWorker({
  ...stagePartitionWork(environment, environment.EVALUATION_QUEUE_URL),
  jobs: jobsUnder(environment, OPERATIONS_PREFIX.evaluation),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  edgeProfiles:
    environment.EDGE_PROFILES === 'off'
      ? undefined
      : new DynamoDbEdgeProfileStore(dynamoDb(), environment.EDGE_PROFILES_TABLE),
  counted: {
    memberships: new DynamoDbBulkStore<MembershipItem>(dynamoDb(), environment.MEMBERSHIPS_TABLE),
    deliveryStates: new DynamoDbBulkStore<DeliveryStateItem>(
      dynamoDb(),
      environment.OPERATIONS_TABLE,
      OPERATIONS_PREFIX.deliveryState,
    ),
  },
  recounts: new DynamoDbRecounts(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  metrics: createMetrics('evaluate-partition', environment.STAGE),
  itemsPerStep: 500,
});

export const handler = partitionHandler(evaluatePartition);
