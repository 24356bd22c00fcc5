import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbAppliedRetentions } from '#lambdas/adapters/dynamodb/applied-retentions.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { jobsUnder, partitionHandler, stagePartitionWork } from '#lambdas/adapters/stage-partition-work.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createWorker } from './handler.ts';

const environment = readEnvironment('expire-partition', process.env);

const expirePartition = createWorker({
  ...stagePartitionWork(environment, environment.EXPIRY_QUEUE_URL),
  jobs: jobsUnder(environment, OPERATIONS_PREFIX.expiry),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  retentionStore: new DynamoDbAppliedRetentions(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('expire-partition', environment.STAGE),
  itemsPerStep: 500,
});

export const handler = partitionHandler(expirePartition);
