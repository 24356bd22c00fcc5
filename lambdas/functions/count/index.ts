import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbCountHistory } from '#lambdas/adapters/dynamodb/count-history.ts';
import { DynamoDbCountStore } from '#lambdas/adapters/dynamodb/count-store.ts';
import { openedBatchIn, operationsIn } from '#lambdas/adapters/dynamodb/counted-images.ts';
import type { StoredAttributes } from '#lambdas/adapters/dynamodb/item-codec.ts';
import { DynamoDbLastBatches } from '#lambdas/adapters/dynamodb/last-batches.ts';
import { DynamoDbRecounts } from '#lambdas/adapters/dynamodb/recounts.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('count', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  counts: new DynamoDbCountStore(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  history: new DynamoDbCountHistory(dynamoDb(), environment.OPERATIONS_TABLE),
  recounts: new DynamoDbRecounts(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  lastBatches: new DynamoDbLastBatches(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('count', environment.STAGE),
  now: Date.now,
  operationsIn: (image) => operationsIn(image as StoredAttributes),
  openedBatchIn: (before, after) => openedBatchIn(before as StoredAttributes, after as StoredAttributes),
});
