import { MemoryProfileStore } from '#lambdas/adapters/profile-store.memory.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/versioned-store.memory.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { operationsContract } from './operations.contract.ts';
import { profileStoreContract } from './profile-store.contract.ts';
import { membershipStoreContract } from './versioned-store.contract.ts';

profileStoreContract('memory', () => new MemoryProfileStore());
membershipStoreContract('memory', () => new MemoryMembershipStore());
operationsContract('memory', () => new MemoryOperations());
