import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { objectStoreContract, versionedObjectStoreContract } from './object-store.contract.ts';

objectStoreContract('memory', createMemoryObjectStore);
versionedObjectStoreContract('memory', () => createMemoryObjectStore({ versioned: true }));
