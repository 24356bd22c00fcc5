import { gunzipSync, gzipSync } from 'node:zlib';
import type { LakeRow } from '#core/lake/lake-row.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/**
 * What a revert writes down on its way lies in the landing bucket, in as many parts as there are people for one to be held in
 * memory, and goes when it is done.
 */
export const workPrefix = (batchId: string): string => `reverts/${batchId}/`;
/** Where it is written how far a revert is. */
export const stateKey = (batchId: string): string => `${workPrefix(batchId)}state.json`;

/** A profile item that has something of the batch, as it was when its rows began to be looked for. */
export interface AffectedItem {
  readonly canonicalKey: IdentityKey;
  readonly revision: number;
  readonly identities: readonly IdentityKey[];
  /** Arrivals that its timeline has and of which no row was found, though it was looked for. */
  readonly missing?: readonly string[];
}

/** An item that could not be done in a round, because it has changed since, or its timeline has what was not found. */
export interface LeftItem {
  readonly canonicalKey: IdentityKey;
  readonly missing: readonly string[];
  /** Epoch ms: when the earliest of these came. */
  readonly oldest?: number;
}

export interface FoundRow extends LakeRow {
  readonly datasetId: string;
}

interface Kinds {
  /** Of one round. */
  readonly items: AffectedItem;
  /** Of one round. */
  readonly left: LeftItem;
  /** Of all rounds. */
  readonly rows: FoundRow;
}
type Kind = keyof Kinds;

/** Where entries of a kind and a part lie; `name` tells those of one part apart. */
const keyOf = (batchId: string, kind: Kind, jobPartition: number, name: string): string =>
  `${workPrefix(batchId)}${kind}/${jobPartition}/${name}.ndjson.gz`;

/** A round of the work, by its number and the instant at which its items were looked at: of two workers who begin it each has one. */
export const passOf = ({ round, since }: { readonly round: number; readonly since: number }): string =>
  `${String(round).padStart(4, '0')}-${since}-`;

/** Writes entries of a part; nothing where there are none. @param name tells apart who writes them */
export async function writeWork<K extends Kind>(
  store: ObjectStore,
  batchId: string,
  kind: K,
  jobPartition: number,
  name: string,
  entries: readonly Kinds[K][],
): Promise<void> {
  if (entries.length === 0) return;
  const body = gzipSync(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  await store.put(keyOf(batchId, kind, jobPartition, name), body, { contentType: 'application/gzip' });
}

/** @param name what the names begin with */
export async function* readWork<K extends Kind>(
  store: ObjectStore,
  batchId: string,
  kind: K,
  jobPartition: number,
  name = '',
): AsyncIterable<Kinds[K]> {
  const prefix = keyOf(batchId, kind, jobPartition, name).replace(/\.ndjson\.gz$/, '');
  for await (const key of store.list(prefix)) {
    const bytes = await store.get(key);
    if (!bytes) continue;
    for (const line of gunzipSync(bytes).toString('utf8').split('\n')) {
      if (line !== '') yield JSON.parse(line) as Kinds[K];
    }
  }
}
