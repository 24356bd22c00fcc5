import { hash } from 'node:crypto';

/** Files lie at `landing/<datasetId>/…` in the landing bucket. */
export const LANDING_PREFIX = 'landing/';

/** Where the chunks of a file wait until all of them have been looked at, in the same bucket. */
export const planKey = (batchId: string): string => `plans/${batchId}.json.gz`;

/** The dataset a file belongs to, or undefined where its key does not say. */
export function datasetOfFile(key: string): string | undefined {
  const [prefix, datasetId, ...rest] = key.split('/');
  return `${prefix}/` === LANDING_PREFIX && datasetId && rest.some((part) => part !== '') ? datasetId : undefined;
}

/** The same upload has the same batch id, however often it is announced; the next upload of the key has another. */
export const batchIdOf = (key: string, upload: string): string =>
  hash('sha256', `${key}\u0000${upload}`, 'hex').slice(0, 20);
