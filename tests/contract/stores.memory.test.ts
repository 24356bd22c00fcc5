import { MemoryProfileStore } from '#lambdas/adapters/profile-store.memory.ts';
import { MemoryTimeline } from '#lambdas/adapters/timeline.memory.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/versioned-store.memory.ts';
import { MemoryDataflowBooks } from '#tests/harness/core/dataflow.memory.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { dataflowBooksContract } from './dataflow.contract.ts';
import { identityCasesContract } from './identity-cases.contract.ts';
import { operationsContract } from './operations.contract.ts';
import { profileStoreContract } from './profile-store.contract.ts';
import { timelineContract } from './timeline.contract.ts';
import { membershipStoreContract } from './versioned-store.contract.ts';

profileStoreContract('memory', () => new MemoryProfileStore());
timelineContract('memory', () => new MemoryTimeline());
membershipStoreContract('memory', () => new MemoryMembershipStore());
operationsContract('memory', () => new MemoryOperations());
dataflowBooksContract('memory', () => new MemoryDataflowBooks());
identityCasesContract('memory', () => ({ profiles: new MemoryProfileStore(), timeline: new MemoryTimeline() }));
