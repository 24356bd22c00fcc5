import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pendingWithout } from '#core/activation/files/erase-pending.ts';
import { isPendingKey } from '#core/activation/files/keys.ts';
import { isParquet, parquetWithout } from '#core/activation/files/parquet.ts';
import { isSynthetic, SMOKE } from '#core/identity/smoke.ts';
import type { Job } from '#core/jobs/job.ts';
import type { JobItems, StepResult } from '#core/jobs/work-on-partition.ts';
import { type Rewrite, rewriteFolder } from '#core/lake/delete-rows.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { datasetFolder, partitionOf } from '#core/record/partition.ts';
import { addErased } from './counts.ts';
import { type Erasure, isCovered, searchedSince } from './erasure.ts';
import type { Erasures } from './ports/erasures.ts';
import { type TraceSettings, Traces } from './traces.ts';
import { updateErasure } from './update.ts';

const STORES = ['exports', 'lake', 'quarantine'] as const;
type StoreName = (typeof STORES)[number];
export type SearchedStores = Readonly<Record<StoreName, ObjectStore>>;

/** A folder of a bucket that is searched. */
export interface SearchedFolder {
  /** `store folder`. */
  readonly canonicalKey: string;
  readonly store: StoreName;
  readonly folder: string;
}

/** Every folder of the searched buckets, as a job goes through them: in the order of their names. */
export function searchedFolders(stores: SearchedStores): JobItems<SearchedFolder> {
  return {
    async *scan({ index, of, after }) {
      for (const store of STORES) {
        for (const folder of await foldersOf(store, stores[store])) {
          const canonicalKey = `${store} ${folder}`;
          if (partOf(canonicalKey, of) === index && (after === undefined || canonicalKey > after))
            yield { canonicalKey, store, folder };
        }
      }
    },
    async lookup(canonicalKeys) {
      const found = canonicalKeys.map((canonicalKey): SearchedFolder => {
        const store = canonicalKey.slice(0, canonicalKey.indexOf(' ')) as StoreName;
        return { canonicalKey, store, folder: canonicalKey.slice(store.length + 1) };
      });
      return new Map(found.map((item) => [item.canonicalKey, { item }]));
    },
  };
}

/** In the order of their names. */
async function foldersOf(name: StoreName, store: ObjectStore): Promise<readonly string[]> {
  const folders = new Set<string>();
  for await (const key of store.list(name === 'lake' ? 'dataset=' : '')) {
    if (name !== 'lake' || partitionOf(key)) folders.add(key.slice(0, key.lastIndexOf('/') + 1));
  }
  return [...folders].sort();
}

const partOf = (canonicalKey: string, of: number): number =>
  Number.parseInt(hash('sha256', canonicalKey).slice(0, 8), 16) % of;

export interface EraseObjectsDeps extends Backoff {
  readonly erasures: Erasures;
  readonly stores: SearchedStores;
  readonly settings: TraceSettings;
}

/** Clocks of S3 and of functions, and the seconds to which S3 tells times. */
const SKEW_MS = 5 * 60_000;

/**
 * Searches folders for all people at once that were asked for before the job began. An object that was there when somebody
 * was searched for already, and has not been written since, is passed over for them. Of the people found it is noted that
 * they were before anything is changed, so that another pass comes after this one, whoever dies in between.
 */
export async function eraseInFolders(
  folders: readonly SearchedFolder[],
  job: Pick<Job, 'id' | 'startedAt'>,
  deps: EraseObjectsDeps,
): Promise<StepResult> {
  const covered = (await deps.erasures.underWay()).filter((erasure) => isCovered(erasure, job));
  const tally = { folders: folders.length, objects: 0, rows: 0, skipped: 0 };
  const failed: string[] = [];
  let firstError: Error | undefined;
  for (const each of folders) {
    try {
      const done = await eraseInFolder(each, job.id, covered, deps);
      tally.objects += done.objects;
      tally.rows += done.rows;
      tally.skipped += done.skipped;
    } catch (error) {
      failed.push(each.canonicalKey);
      firstError ??= error as Error;
    }
  }
  return { tally, failed, ...(firstError && { firstError }) };
}

/** Synthetic profiles have records in a dataset of their own only: no pass over everything is made for them. */
const isOfSmokeTests = (store: StoreName, folder: string): boolean =>
  store !== 'exports' && folder.startsWith(datasetFolder(SMOKE.dataset));

async function eraseInFolder(
  { store, folder }: SearchedFolder,
  jobId: string,
  covered: readonly Erasure[],
  deps: EraseObjectsDeps,
): Promise<{ objects: number; rows: number; skipped: number }> {
  const searchedFor = covered.filter(({ identities }) => !isSynthetic(identities) || isOfSmokeTests(store, folder));
  if (searchedFor.length === 0) return { objects: 0, rows: 0, skipped: 0 };
  const search = new Search(searchedFor, jobId, deps);
  const bucket = deps.stores[store];
  if (store === 'lake') await rewriteFolder(bucket, folder, search.rewrite, search);
  else {
    for await (const object of bucket.entries(folder)) {
      // A folder below is another one.
      if (object.key.lastIndexOf('/') + 1 === folder.length && !search.skips(object))
        await search.lines(bucket, object, store);
    }
  }
  return await search.count(store);
}

/** What is found in one folder, and of whom. */
class Search {
  readonly #deps: EraseObjectsDeps;
  readonly #jobId: string;
  readonly #covered: readonly Erasure[];
  /** By the people that an object is searched for. */
  readonly #traces = new Map<string, Traces>();
  /** Request → rows, and objects, that name the person. */
  readonly #rows = new Map<string, Set<string>>();
  readonly #objects = new Map<string, Set<string>>();
  readonly #noted = new Set<string>();
  #skipped = 0;
  #latest: { readonly object: StoredObject; readonly traces: Traces } | undefined;

  constructor(covered: readonly Erasure[], jobId: string, deps: EraseObjectsDeps) {
    this.#covered = covered;
    this.#jobId = jobId;
    this.#deps = deps;
  }

  readonly skips = (object: StoredObject): boolean => {
    const isSkipped = this.#tracesIn(object).isEmpty;
    if (isSkipped) this.#skipped += 1;
    return isSkipped;
  };

  readonly mayChange = (values: Parameters<Traces['mayBeIn']>[0], object: StoredObject): boolean => {
    const may = this.#tracesIn(object).mayBeIn(values);
    if (!may) this.#skipped += 1;
    return may;
  };

  readonly rewrite: Rewrite = (row, object) =>
    this.#tracesIn(object).rewrite(row, object.key, (requestId) =>
      this.#met(requestId, object.key, `${row.id} ${row.ingestionId}`),
    );

  readonly changing = async (): Promise<void> => {
    for (const requestId of this.#rows.keys()) {
      if (this.#noted.has(requestId)) continue;
      await updateErasure(
        requestId,
        (erasure) => (erasure.foundBy === this.#jobId ? erasure : { ...erasure, foundBy: this.#jobId }),
        this.#deps,
      );
      this.#noted.add(requestId);
    }
  };

  /**
   * Lines of text, gzipped or not, or the rows of Parquet. An object of which nothing is left goes; not one that waits for the next file of a
   * destination, since an export that has begun asks for it.
   */
  async lines(bucket: ObjectStore, object: StoredObject, store: StoreName): Promise<void> {
    const { key } = object;
    // What is written for a destination after the request is what takes the person away there.
    const traces =
      store === 'exports' ? this.#tracesOf(this.#covered.filter(isWrittenBefore(object))) : this.#tracesIn(object);
    // What is written meanwhile is looked at by the next pass; an export is newer than the request then.
    const bytes = traces.isEmpty ? undefined : await bucket.get(key, undefined, object.etag);
    if (!bytes) return;
    if (isParquet(bytes)) return this.#parquet(bucket, object, bytes, traces);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const lines = (isGzip ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8').split('\n');
    const isPending = store === 'exports' && isPendingKey(key);
    const kept = lines.flatMap((line, at) => {
      if (line === '' || !traces.isInLine(line, (requestId) => this.#met(requestId, key, String(at)))) return [line];
      return isPending ? pendingWithout(line, traces).split('\n').slice(0, -1) : [];
    });
    if (kept.join('\n') === lines.join('\n')) return;
    await this.changing();
    if (!isPending && kept.every((line) => line === '')) await bucket.deleteIf(key, object.etag);
    else {
      const text = Buffer.from(kept.join('\n'));
      await bucket.putIf(key, isGzip ? gzipSync(text) : text, object.etag);
    }
  }

  /** The rows of a file for a destination that is not made of lines. */
  async #parquet(bucket: ObjectStore, { key, etag }: StoredObject, bytes: Uint8Array, traces: Traces): Promise<void> {
    const left = await parquetWithout(bytes, (texts, row) =>
      traces.isInLine(texts.join('\n'), (requestId) => this.#met(requestId, key, String(row))),
    );
    if (!left) return;
    await this.changing();
    if (left.rows === 0) await bucket.deleteIf(key, etag);
    else await bucket.putIf(key, left.bytes, etag);
  }

  /** Counts what was found with each request. */
  async count(store: StoreName): Promise<{ objects: number; rows: number; skipped: number }> {
    const sum = { objects: new Set<string>(), rows: 0 };
    for (const [requestId, rows] of this.#rows) {
      const objects = this.#objects.get(requestId)!;
      const found = { [store]: { objects: objects.size, rows: rows.size } };
      await updateErasure(
        requestId,
        (erasure) => ({ ...erasure, counts: addErased(erasure.counts, found) }),
        this.#deps,
      );
      for (const object of objects) sum.objects.add(object);
      sum.rows += rows.size;
    }
    return { objects: sum.objects.size, rows: sum.rows, skipped: this.#skipped };
  }

  #met(requestId: string, object: string, row: string): void {
    const rows = this.#rows.get(requestId) ?? new Set();
    this.#rows.set(requestId, rows.add(`${object} ${row}`));
    const objects = this.#objects.get(requestId) ?? new Set();
    this.#objects.set(requestId, objects.add(object));
  }

  /** Asked for every row of an object. */
  #tracesIn(object: StoredObject): Traces {
    if (this.#latest?.object !== object) {
      const traces = this.#tracesOf(this.#covered.filter((erasure) => !isSearched(object, erasure)));
      this.#latest = { object, traces };
    }
    return this.#latest.traces;
  }

  #tracesOf(erasures: readonly Erasure[]): Traces {
    const name = erasures.map(({ requestId }) => requestId).join(' ');
    const traces = this.#traces.get(name) ?? new Traces(erasures, this.#deps.settings);
    this.#traces.set(name, traces);
    return traces;
  }
}

/** Whether the object was looked at for that person by a pass before. */
function isSearched({ modifiedAt }: StoredObject, erasure: Erasure): boolean {
  const since = searchedSince(erasure);
  return since !== undefined && modifiedAt !== undefined && modifiedAt < since - SKEW_MS;
}

const isWrittenBefore =
  ({ modifiedAt }: StoredObject) =>
  ({ requestedAt, passes }: Erasure): boolean =>
    passes.length === 0 && (modifiedAt === undefined || modifiedAt < Math.floor(requestedAt / 1_000) * 1_000);
