import { hash, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SORT_KEY } from '#core/contract/tables.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbActivityCounts } from '#lambdas/adapters/dynamodb/activity-counts.ts';
import { DynamoDbApprovalStore } from '#lambdas/adapters/dynamodb/approval-store.ts';
import { DynamoDbAttemptCounts } from '#lambdas/adapters/dynamodb/attempts.ts';
import { DynamoDbClientStore } from '#lambdas/adapters/dynamodb/client-store.ts';
import { DynamoDbCountHistory } from '#lambdas/adapters/dynamodb/count-history.ts';
import { DynamoDbCountStore } from '#lambdas/adapters/dynamodb/count-store.ts';
import { DynamoDbDeliveryErrors } from '#lambdas/adapters/dynamodb/delivery-errors.ts';
import { DynamoDbEdgeProfileStore } from '#lambdas/adapters/dynamodb/edge-profile-store.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbLastBatches } from '#lambdas/adapters/dynamodb/last-batches.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { createDynamoDbRateLimit } from '#lambdas/adapters/dynamodb/rate-limit.ts';
import { DynamoDbReadLog } from '#lambdas/adapters/dynamodb/read-log.ts';
import { DynamoDbRecounts } from '#lambdas/adapters/dynamodb/recounts.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { DynamoDbSentTexts } from '#lambdas/adapters/dynamodb/sent-texts.ts';
import { DynamoDbStreamTallies } from '#lambdas/adapters/dynamodb/stream-tallies.ts';
import { DynamoDbSuppressions } from '#lambdas/adapters/dynamodb/suppressions.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbVendorDeletions } from '#lambdas/adapters/dynamodb/vendor-deletions.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { dataflowBooksContract } from '#tests/contract/run-statistics.contract.ts';
import { emptyTable } from '#tests/harness/empty-stage.ts';
import { createTestTable } from '#tests/harness/test-table.ts';
import { activityCountsContract } from './activity-counts.contract.ts';
import { approvalStoreContract } from './approval-store.contract.ts';
import { clientStoreContract } from './client-store.contract.ts';
import {
  countHistoryContract,
  countOnceContract,
  countStoreContract,
  lastBatchesContract,
  recountsContract,
} from './count-store.contract.ts';
import { deliveryErrorsContract } from './delivery-errors.contract.ts';
import { attemptCountsContract } from './delivery-lane.contract.ts';
import { edgeProfileStoreContract } from './edge-profile-store.contract.ts';
import { erasuresContract } from './erasures.contract.ts';
import { guardStoreContract } from './guard.contract.ts';
import { identityCasesContract } from './identity-cases.contract.ts';
import { jobsContract } from './jobs.contract.ts';
import { lookupStoreContract } from './lookup-store.contract.ts';
import { operationsContract } from './operations.contract.ts';
import { profileStoreContract } from './profile-store.contract.ts';
import { rateLimitContract } from './rate-limit.contract.ts';
import { readLogContract } from './read-log.contract.ts';
import { sentTextsContract } from './sent-texts.contract.ts';
import { suppressionsContract } from './suppressions.contract.ts';
import { timelineContract } from './timeline.contract.ts';
import { vendorDeletionsContract } from './vendor-deletions.contract.ts';
import { vendorStateContract } from './vendor-state.contract.ts';
import { membershipStoreContract } from './versioned-store.contract.ts';

const tables = { edgeProfiles: '', profiles: '', timeline: '', memberships: '', operations: '' };

beforeAll(async () => {
  tables.edgeProfiles = await createTestTable('edge-profiles');
  tables.profiles = await createTestTable('profiles');
  tables.timeline = await createTestTable('timeline', SORT_KEY);
  tables.operations = await createTestTable('operations');
  tables.memberships = await createTestTable('memberships');
});

profileStoreContract('DynamoDB', () => new DynamoDbProfileStore(dynamoDb(), tables.profiles));
timelineContract('DynamoDB', () => new DynamoDbTimeline(dynamoDb(), tables.timeline));
membershipStoreContract('DynamoDB', () => new DynamoDbMembershipStore(dynamoDb(), tables.memberships));
edgeProfileStoreContract('DynamoDB', () => new DynamoDbEdgeProfileStore(dynamoDb(), tables.edgeProfiles));
jobsContract('DynamoDB', () => new DynamoDbJobs(dynamoDb(), tables.operations, `${randomUUID()}#`));
lookupStoreContract('DynamoDB', () => new DynamoDbLookupStore(dynamoDb(), tables.operations));
operationsContract('DynamoDB', () => new DynamoDbOperations(dynamoDb(), tables.operations));
attemptCountsContract('DynamoDB', () => new DynamoDbAttemptCounts(dynamoDb(), tables.operations, Date.now));
deliveryErrorsContract('DynamoDB', () => new DynamoDbDeliveryErrors(dynamoDb(), tables.operations));
vendorDeletionsContract('DynamoDB', () => new DynamoDbVendorDeletions(dynamoDb(), tables.operations, Date.now));
vendorStateContract('DynamoDB', (now) => createDynamoDbVendorState(dynamoDb(), tables.operations, now));
rateLimitContract(
  'DynamoDB',
  (clock, sleep) => {
    const options = { client: dynamoDb(), table: tables.operations, now: clock.now, sleep, random: Math.random };
    return { function: () => createDynamoDbRateLimit(options), destination: randomUUID };
  },
  5,
);
countStoreContract('DynamoDB', () => new DynamoDbCountStore(dynamoDb(), tables.operations, Date.now));
lastBatchesContract('DynamoDB', () => new DynamoDbLastBatches(dynamoDb(), tables.operations));
recountsContract('DynamoDB', () => new DynamoDbRecounts(dynamoDb(), tables.operations, Date.now));
countHistoryContract('DynamoDB', () => new DynamoDbCountHistory(dynamoDb(), tables.operations));
describe('tallies of the stream: DynamoDB', () => {
  countOnceContract(() => new DynamoDbStreamTallies(dynamoDb(), tables.operations, Date.now));
});
activityCountsContract('DynamoDB', () => new DynamoDbActivityCounts(dynamoDb(), tables.operations, Date.now));
sentTextsContract('DynamoDB', () => new DynamoDbSentTexts(dynamoDb(), tables.operations));
guardStoreContract('DynamoDB', () => new DynamoDbGuardStore(dynamoDb(), tables.operations));
dataflowBooksContract('DynamoDB', () => new DynamoDbRunStatistics(dynamoDb(), tables.operations));
identityCasesContract('DynamoDB', () => ({
  profiles: new DynamoDbProfileStore(dynamoDb(), tables.profiles),
  timeline: new DynamoDbTimeline(dynamoDb(), tables.timeline),
}));
// Their keys are the stage's own, so each test has a table of its own.
approvalStoreContract(
  'DynamoDB',
  async () => new DynamoDbApprovalStore(dynamoDb(), await createTestTable('approvals')),
);
clientStoreContract('DynamoDB', async () => new DynamoDbClientStore(dynamoDb(), await createTestTable('clients')));
readLogContract('DynamoDB', async () => new DynamoDbReadLog(dynamoDb(), await createTestTable('audit', SORT_KEY), 30));
suppressionsContract('DynamoDB', async () => {
  const table = await createTestTable('suppressions');
  return [new DynamoDbSuppressions(dynamoDb(), table), new DynamoDbSuppressions(dynamoDb(), table)];
});
it('suppressions on DynamoDB follow a table that was restored to a time before', async () => {
  const table = await createTestTable('restored');
  const [one, other] = [new DynamoDbSuppressions(dynamoDb(), table), new DynamoDbSuppressions(dynamoDb(), table)];
  const entry = (n: number) => ({ digest: hash('sha256', String(n), 'base64url'), mode: 'always' as const, at: n });
  const put = (store: DynamoDbSuppressions, n: number) => store.change(new Map([[entry(n).digest, () => entry(n)]]));
  await put(one, 1);
  await put(one, 2);
  expect((await other.read()).size).toBe(2);
  await emptyTable(table);
  expect((await other.read()).size).toBe(0);
  await put(one, 3);
  for (const store of [one, other]) {
    const list = await store.read();
    expect([list.size, list.find(entry(3).digest)]).toEqual([1, entry(3)]);
  }
});
erasuresContract('DynamoDB', async () => new DynamoDbErasures(dynamoDb(), await createTestTable('erasures')));
