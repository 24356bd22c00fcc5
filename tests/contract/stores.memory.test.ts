import { keyedTexts } from '#core/activation/texts/keyed.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryEdgeProfileStore } from '#lambdas/adapters/memory/edge-profile-store.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { MemorySuppressions } from '#lambdas/adapters/memory/suppressions.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { dataflowBooksContract } from '#tests/contract/run-statistics.contract.ts';
import { MemoryActivityCounts } from '#tests/harness/core/activity-counts.memory.ts';
import { MemoryApprovalStore } from '#tests/harness/core/approval-store.memory.ts';
import { MemoryAttemptCounts } from '#tests/harness/core/attempts.memory.ts';
import { MemoryClientStore } from '#tests/harness/core/callers.ts';
import { MemoryCountHistory } from '#tests/harness/core/count-history.memory.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { MemoryGuardStore } from '#tests/harness/core/guard.memory.ts';
import { MemoryJobs } from '#tests/harness/core/jobs.memory.ts';
import { MemoryLastBatches } from '#tests/harness/core/last-batches.memory.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { MemoryReadLog } from '#tests/harness/core/read-log.memory.ts';
import { MemoryRecounts } from '#tests/harness/core/recounts.memory.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import { activityCountsContract } from './activity-counts.contract.ts';
import { approvalStoreContract } from './approval-store.contract.ts';
import { clientStoreContract } from './client-store.contract.ts';
import {
  countHistoryContract,
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
import { readLogContract } from './read-log.contract.ts';
import { sentTextsContract } from './sent-texts.contract.ts';
import { suppressionsContract } from './suppressions.contract.ts';
import { timelineContract } from './timeline.contract.ts';
import { vendorDeletionsContract } from './vendor-deletions.contract.ts';
import { vendorStateContract } from './vendor-state.contract.ts';
import { membershipStoreContract } from './versioned-store.contract.ts';

profileStoreContract('memory', () => new MemoryProfileStore());
timelineContract('memory', () => new MemoryTimeline());
membershipStoreContract('memory', () => new MemoryMembershipStore());
edgeProfileStoreContract('memory', () => new MemoryEdgeProfileStore());
jobsContract('memory', () => new MemoryJobs());
lookupStoreContract('memory', () => new MemoryLookupStore());
operationsContract('memory', () => new MemoryOperations());
attemptCountsContract('memory', () => new MemoryAttemptCounts());
{
  const errors = new MemoryDeliveryErrors();
  deliveryErrorsContract('memory', () => errors);
}
{
  const deletions = new MemoryVendorDeletions();
  vendorDeletionsContract('memory', () => deletions);
}
vendorStateContract('memory', createMemoryVendorState);
countStoreContract('memory', () => new MemoryCountStore());
lastBatchesContract('memory', () => new MemoryLastBatches());
recountsContract('memory', () => new MemoryRecounts());
countHistoryContract('memory', () => new MemoryCountHistory());
activityCountsContract('memory', () => new MemoryActivityCounts());
sentTextsContract('memory', () => new MemorySentTexts());
sentTextsContract('memory, under keyed hashes', () =>
  keyedTexts(new MemorySentTexts(), async () => 'the key of the stage'),
);
guardStoreContract('memory', () => new MemoryGuardStore());
dataflowBooksContract('memory', () => new MemoryRunStatistics());
identityCasesContract('memory', () => ({ profiles: new MemoryProfileStore(), timeline: new MemoryTimeline() }));
suppressionsContract('memory', async () => {
  const store = new MemorySuppressions();
  return [store, store];
});
erasuresContract('memory', async () => new MemoryErasures());
approvalStoreContract('memory', async () => new MemoryApprovalStore());
clientStoreContract('memory', async () => new MemoryClientStore());
readLogContract('memory', async () => new MemoryReadLog());
