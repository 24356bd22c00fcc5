import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbExpiryBooks } from '#lambdas/adapters/expiry-books.dynamodb.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/timeline.dynamodb.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('expire', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  books: new DynamoDbExpiryBooks(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('expire', environment.STAGE),
  now: Date.now,
  pause: pauseBefore,
});
