import { hash } from 'node:crypto';

/** Records of one dataset that arrived on one day lie in one folder, as Athena and rebuilds look for them. */

export interface Partition {
  readonly dataset: string;
  /** Of arrival, by UTC, such as `2026-01-31`. */
  readonly day: string;
}

export const UNKNOWN_DATASET = 'unknown';
export const PARQUET = 'application/vnd.apache.parquet';

const OBJECT = /^dataset=([^/]+)\/date=(\d{4}-\d\d-\d\d)\/.+\.parquet$/;

/** Which partition an object of the lake lies in, if its key is that of one. */
export function partitionOf(key: string): Partition | undefined {
  const [, dataset, day] = OBJECT.exec(key) ?? [];
  return dataset === undefined || day === undefined ? undefined : { dataset, day };
}

/** The day by UTC, as `2026-01-31`. @param at epoch ms */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** What the keys of the objects of a partition begin with. */
export const folderOf = ({ dataset, day }: Partition): string => `dataset=${dataset}/date=${day}/`;

/** Where records that arrived then are kept; those that were rejected too. @param at epoch ms */
export const folderAt = (datasetId: string, at: number): string =>
  folderOf({ dataset: nameInKeys(datasetId), day: dayOf(at) });

/** Where all records of a dataset are kept. */
export const datasetFolder = (datasetId: string): string => `dataset=${nameInKeys(datasetId)}/`;

/** What a producer wrote as the name of a dataset may be anything; as part of a key it must be harmless. */
const nameInKeys = (datasetId: string): string =>
  /^[A-Za-z0-9_.-]{1,128}$/.test(datasetId) ? datasetId : `${UNKNOWN_DATASET}-${shortHash(datasetId)}`;

const shortHash = (text: string): string => hash('sha256', text, 'hex').slice(0, 12);
