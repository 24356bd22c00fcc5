import { hash } from 'node:crypto';
import type { IdentityKey } from '#core/record/identity.ts';

/** Which of so many parts an identity falls into. @returns 0 up to, not including, `parts` */
export const jobPartitionOf = (key: IdentityKey, jobPartitions: number): number =>
  Number.parseInt(hash('sha256', key, 'hex').slice(0, 8), 16) % jobPartitions;
