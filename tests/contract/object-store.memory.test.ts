import { createMemoryObjectStore } from '#lambdas/adapters/object-store.memory.ts';
import { objectStoreContract } from './object-store.contract.ts';

objectStoreContract('memory', createMemoryObjectStore);
