import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { DynamoDbActivityCounts } from '#lambdas/adapters/dynamodb/activity-counts.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { stageSuppression } from '#lambdas/adapters/dynamodb/stage-suppression.ts';
import { DynamoDbStreamTallies } from '#lambdas/adapters/dynamodb/stream-tallies.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('stitch-stream', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  tallies: new DynamoDbStreamTallies(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  activityCounts: new DynamoDbActivityCounts(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  suppression: stageSuppression(environment),
  metrics: createMetrics('stitch-stream', environment.STAGE),
  backoff: backoffBefore,
});
