import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbEvaluationRuns } from '#lambdas/adapters/evaluation-runs.dynamodb.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/timeline.dynamodb.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/versioned-store.dynamodb.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('evaluate-batch', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  runs: new DynamoDbEvaluationRuns(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('evaluate-batch', environment.STAGE),
  now: Date.now,
  pause: pauseBefore,
});
