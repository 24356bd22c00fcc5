import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDbClient, sqsClient } from '#lambdas/adapters/clients.ts';
import { SqsOutbox } from '#lambdas/adapters/outbox.sqs.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/versioned-store.dynamodb.ts';
import { invocation } from '#lambdas/runtime/invocation.ts';
import { createLog } from '#lambdas/runtime/log.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('route', process.env);

const metrics = createMetrics('route', environment.STAGE);
const log = createLog('route', environment.STAGE);

const handle = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  profiles: new DynamoDbProfileStore(dynamoDbClient(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDbClient(), environment.MEMBERSHIPS_TABLE),
  ledgers: new DynamoDbVersionedStore(dynamoDbClient(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.ledger),
  outbox: new SqsOutbox(sqsClient(), environment.DESTINATION_QUEUES),
  metrics,
  log,
  now: Date.now,
  pause: pauseBefore,
});

export const handler = invocation(handle, metrics, log);
