import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { stageAudit } from '#lambdas/adapters/stage-audit.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('profile-access', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  callers: stageCallers(environment),
  ...stageAudit(environment),
  isEmulated: Boolean(process.env.AWS_ENDPOINT_URL),
  now: Date.now,
});
