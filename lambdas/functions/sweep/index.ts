import { readEnvironment } from '#core/contract/functions.ts';
import { createCatalogReader } from '#lambdas/adapters/catalog-reader.ts';
import { dynamoDbClient } from '#lambdas/adapters/clients.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/profile-store.dynamodb.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/versioned-store.dynamodb.ts';
import { invocation } from '#lambdas/runtime/invocation.ts';
import { createLog } from '#lambdas/runtime/log.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('sweep', process.env);

const metrics = createMetrics('sweep', environment.STAGE);
const log = createLog('sweep', environment.STAGE);

const handle = createHandler({
  catalog: createCatalogReader({
    operationsTable: environment.OPERATIONS_TABLE,
    catalogBucket: environment.CATALOG_BUCKET,
  }),
  profiles: new DynamoDbProfileStore(dynamoDbClient(), environment.PROFILES_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDbClient(), environment.MEMBERSHIPS_TABLE),
  metrics,
  log,
  now: Date.now,
  pause: pauseBefore,
});

export const handler = invocation(handle, metrics, log);
