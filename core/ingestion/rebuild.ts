import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { acceptRecord } from './accept.ts';
import type { AcceptedRecord } from './accepted-record.ts';
import { type LakeRow, unpackLakeRows } from './lake-object.ts';
import { type TakeInDeps, takeIn } from './take-in.ts';

export interface RebuildRange {
  /** @default all */
  readonly dataset?: string | undefined;
  /** Days of arrival, as `2026-01-31`, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Goes on behind this object, where another rebuild of the same range stopped. */
  readonly after?: string | undefined;
}

export interface RebuildDeps {
  readonly catalog: CompiledCatalog;
  readonly lake: ObjectStore;
  readonly stitch: TakeInDeps;
  /** Called when an object and all before it are done: from here a rebuild can go on. */
  progress(key: string, soFar: Rebuilt): void;
}

export interface Rebuilt {
  readonly objects: number;
  /** Rows that were stitched: new ones, and those whose effect was there already. */
  readonly stitched: number;
  /** Rows of a record that another row tells of as well. */
  readonly duplicate: number;
  /** Rows that the catalog in force now does not accept any more. */
  readonly refused: number;
}

/** Objects that are read ahead at the same time. */
const READ_AT_ONCE = 8;

/**
 * Stitches the rows of the lake again, in the order of the days of their arrival and of their objects. Each keeps the
 * time, the order and the arrival it had, so where profiles are there already nothing counts twice, and empty tables end
 * as the original ones. An object is stitched as one batch, as it was when it was written.
 * @throws the first error of a profile that could not be written; what `progress` said last is done
 */
export async function rebuildFromLake(range: RebuildRange, deps: RebuildDeps): Promise<Rebuilt> {
  const keys = await objectsOf(range, deps.lake);
  const sum = { objects: 0, stitched: 0, duplicate: 0, refused: 0 };
  for (let start = 0; start < keys.length; start += READ_AT_ONCE) {
    for (const { key, rows } of await readObjects(keys.slice(start, start + READ_AT_ONCE), deps.lake)) {
      const records = acceptAgain(rows, datasetOf(key), deps.catalog);
      const { outcomes, failed } = await takeIn(records, deps.stitch);
      if (failed[0]) throw failed[0].error;
      const duplicates = outcomes.filter(({ duplicate }) => duplicate).length;
      sum.objects += 1;
      sum.stitched += records.length - duplicates;
      sum.duplicate += duplicates;
      sum.refused += rows.length - records.length;
      deps.progress(key, { ...sum });
    }
  }
  return sum;
}

const OBJECT = /^dataset=([^/]+)\/date=(\d{4}-\d\d-\d\d)\/.+\.parquet$/;

async function objectsOf({ dataset, from, to, after }: RebuildRange, lake: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of lake.list(dataset === undefined ? 'dataset=' : `dataset=${dataset}/`)) {
    const day = OBJECT.exec(key)?.[2];
    if (day === undefined || (from !== undefined && day < from) || (to !== undefined && day > to)) continue;
    if (after === undefined || orderOf(key) > orderOf(after)) keys.push(key);
  }
  return keys.sort((x, y) => (orderOf(x) < orderOf(y) ? -1 : 1));
}

const orderOf = (key: string): string => `${OBJECT.exec(key)?.[2]} ${key}`;
const datasetOf = (key: string): string => OBJECT.exec(key)![1]!;

async function readObjects(
  keys: readonly string[],
  lake: ObjectStore,
): Promise<{ readonly key: string; readonly rows: readonly LakeRow[] }[]> {
  const read: { key: string; rows: LakeRow[] }[] = [];
  await eachAtOnce(keys.entries(), READ_AT_ONCE, async ([i, key]) => {
    const bytes = await lake.get(key);
    // It may have been emptied by the deletion of a person since it was listed.
    read[i] = { key, rows: bytes ? await unpackLakeRows(bytes) : [] };
  });
  return read;
}

function acceptAgain(rows: readonly LakeRow[], datasetId: string, catalog: CompiledCatalog): AcceptedRecord[] {
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) return [];
  return rows.flatMap(({ json, operation, ...arrival }) => {
    const result = acceptRecord(JSON.parse(json), dataset, arrival, operation);
    return 'record' in result ? result.record : [];
  });
}
