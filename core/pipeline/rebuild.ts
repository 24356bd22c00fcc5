import { acceptRecord } from '#core/ingestion/accept.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { openAhead } from '#core/lake/open-ahead.ts';
import { type LakeFile, ObjectChangedError } from '#core/lake/read-rows.ts';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { partitionOf } from '#core/record/partition.ts';
import { groupsOf } from '#core/util/groups.ts';
import { type IngestDeps, ingest } from './ingest.ts';

export interface LakeRange {
  /** @default all */
  readonly dataset?: string | undefined;
  /** Days of arrival, as `2026-01-31`, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface RebuildRange extends LakeRange {
  /** Goes on behind this object, where another rebuild of the same range stopped. */
  readonly after?: string | undefined;
}

export interface RebuildDeps {
  readonly catalog: IngestionSettings;
  readonly lake: ObjectStore;
  readonly stitch: IngestDeps;
  /** Called when an object and all before it are done: from here a rebuild can go on. */
  progress(key: string, soFar: Rebuilt): void;
}

export interface Rebuilt {
  readonly objects: number;
  /** Rows that were stitched: new ones, and those whose effect was there already. */
  readonly stitched: number;
  /** Rows of a record that another row tells of as well. */
  readonly duplicate: number;
  /** Rows that the catalog active now does not accept any more. */
  readonly rejected: number;
}

/**
 * Stitches the rows of the lake again, in the order of the days of their arrival and of their objects. Each keeps the
 * time, the order and the arrival it had, so where profiles are there already nothing counts twice, and empty tables end
 * as the original ones. The lake may be compacted meanwhile: what was merged behind the last object that is done is found
 * again by looking anew.
 * @throws the first error of a profile that could not be written; what `progress` said last is done
 */
export async function rebuildFromLake(range: RebuildRange, deps: RebuildDeps): Promise<Rebuilt> {
  let sum: Rebuilt = { objects: 0, stitched: 0, duplicate: 0, rejected: 0 };
  let { after } = range;
  for (;;) {
    try {
      for await (const { object, file } of openAhead(await objectsOf({ ...range, after }, deps.lake), deps.lake)) {
        sum = add(sum, await stitchAgain(file, partitionOf(object.key)!.dataset, deps));
        after = object.key;
        deps.progress(after, sum);
      }
      return sum;
    } catch (error) {
      if (!(error instanceof ObjectChangedError)) throw error;
    }
  }
}

const add = (a: Rebuilt, b: Rebuilt): Rebuilt => ({
  objects: a.objects + b.objects,
  stitched: a.stitched + b.stitched,
  duplicate: a.duplicate + b.duplicate,
  rejected: a.rejected + b.rejected,
});

/** The objects of a range, in the order of days and keys. */
async function objectsOf({ dataset, from, to, after }: RebuildRange, lake: ObjectStore): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of lake.entries(dataset === undefined ? 'dataset=' : `dataset=${dataset}/`)) {
    const day = partitionOf(object.key)?.day;
    if (day === undefined || (from !== undefined && day < from) || (to !== undefined && day > to)) continue;
    if (after === undefined || orderOf(object.key) > orderOf(after)) objects.push(object);
  }
  return objects.sort((x, y) => (orderOf(x.key) < orderOf(y.key) ? -1 : 1));
}

const orderOf = (key: string): string => `${partitionOf(key)?.day} ${key}`;

async function stitchAgain(file: LakeFile, dataset: string, deps: RebuildDeps): Promise<Rebuilt> {
  let sum: Rebuilt = { objects: 1, stitched: 0, duplicate: 0, rejected: 0 };
  for await (const rows of file.groups()) {
    for (const slice of groupsOf(rows, ({ json }) => json.length)) {
      const records = acceptAgain(slice, dataset, deps.catalog);
      const { outcomes, failed } = await ingest(records, deps.stitch);
      if (failed[0]) throw failed[0].error;
      const duplicate = outcomes.filter((outcome) => outcome.duplicate).length;
      const rejected = slice.length - records.length;
      sum = add(sum, { objects: 0, stitched: records.length - duplicate, duplicate, rejected });
    }
  }
  return sum;
}

function acceptAgain(rows: readonly LakeRow[], datasetId: string, catalog: IngestionSettings): AcceptedRecord[] {
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) return [];
  return rows.flatMap(({ json, operation, ...ingestionId }) => {
    const result = acceptRecord(JSON.parse(json), dataset, ingestionId, operation);
    return 'record' in result ? result.record : [];
  });
}
