import { hash } from 'node:crypto';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';

/** Files lie at `landing/<datasetId>/…` in the landing bucket. */
export const LANDING_PREFIX = 'landing/';

/** Where the chunks of a file wait until all of them have been looked at, in the same bucket. */
export const chunkListKey = (batchId: string): string => `plans/${batchId}.json.gz`;

/** Where the unpacked texts of a batch's gzip files lie in the meantime, in the same bucket; a rule of it ends them. */
export const blocksPrefix = (batchId: string): string => `${BLOCKS_PREFIX}${batchId}/`;

/** The dataset a file belongs to, or undefined where its key does not say. */
export function datasetOfFile(key: string): string | undefined {
  const [prefix, datasetId, ...rest] = key.split('/');
  return `${prefix}/` === LANDING_PREFIX && datasetId && rest.some((part) => part !== '') ? datasetId : undefined;
}

/** The same upload has the same batch id, however often it is announced; the next upload of the key has another. */
export const batchIdOf = (key: string, upload: string): string =>
  hash('sha256', `${key}\u0000${upload}`, 'hex').slice(0, 20);
