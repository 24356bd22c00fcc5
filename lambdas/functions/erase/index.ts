import { randomUUID } from 'node:crypto';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { readRetentions } from '#core/contract/retentions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, secretsManager, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbActivityCounts } from '#lambdas/adapters/dynamodb/activity-counts.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbEdgeProfileStore } from '#lambdas/adapters/dynamodb/edge-profile-store.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbSuppressions } from '#lambdas/adapters/dynamodb/suppressions.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbVendorDeletions } from '#lambdas/adapters/dynamodb/vendor-deletions.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('erase', process.env);
const table = environment.OPERATIONS_TABLE;
const secrets = createSecretsManagerSecrets(
  secretsManager(),
  { receipts: environment.RECEIPT_SECRET, suppression: environment.SUPPRESSION_SECRET },
  Date.now,
);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
  deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(dynamoDb(), table, OPERATIONS_PREFIX.deliveryState),
  edgeProfiles: new DynamoDbEdgeProfileStore(dynamoDb(), environment.EDGE_PROFILES_TABLE),
  makesEdgeProfiles: environment.EDGE_PROFILES !== 'off',
  activityCounts: new DynamoDbActivityCounts(dynamoDb(), table, Date.now),
  erasures: new DynamoDbErasures(dynamoDb(), table),
  suppressions: new DynamoDbSuppressions(dynamoDb(), table),
  suppressionKey: () => secrets('suppression'),
  signingKey: () => secrets('receipts'),
  vendorDeletions: new DynamoDbVendorDeletions(dynamoDb(), table, Date.now),
  jobs: new DynamoDbJobs(dynamoDb(), table, OPERATIONS_PREFIX.erasure),
  queue: new SqsMessageQueue(sqs(), environment.ERASURE_QUEUE_URL),
  reroutes: new SqsMessageQueue(sqs(), environment.REROUTES_QUEUE_URL),
  partitionCount: environment.PARTITIONS,
  retentions: readRetentions(environment.RETENTION_DAYS),
  settleMs: environment.SETTLE_SECONDS * 1_000,
  now: Date.now,
  newId: randomUUID,
  backoff: backoffBefore,
});
