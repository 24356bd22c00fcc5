import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbDataflowBooks } from '#lambdas/adapters/dynamodb/dataflow.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('route', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  ledgers: new DynamoDbVersionedStore(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.ledger),
  outbox: new SqsOutbox(sqs(), environment.DESTINATION_QUEUES),
  books: new DynamoDbDataflowBooks(dynamoDb(), environment.OPERATIONS_TABLE),
  metrics: createMetrics('route', environment.STAGE),
  now: Date.now,
  pause: pauseBefore,
});
