import { hash } from 'node:crypto';
import type { StoredObject } from '#core/ports/object-store.ts';
import { type Merged, nameDigest, stateDigest } from './merged.ts';

/** When objects of a partition are merged. */
export interface CompactionSettings {
  /** Bytes that an object should have; one of half as many is left alone. */
  readonly targetBytes: number;
  /** Objects that are merged into one at a time, so that a run ends. */
  readonly maxObjects: number;
  /** Of a day that is not over: so many new objects make a run worth while. */
  readonly minObjectsToday: number;
}

/** An object of the partition; one that was made by a merge with what its footer says. */
export interface Candidate extends StoredObject {
  readonly made?: { readonly rows: number; readonly merged: Merged };
}

export interface Merge {
  /** Their rows are in another object, or they have none. */
  readonly remove: readonly StoredObject[];
  /** Become one object; none where there is nothing to do. */
  readonly merge: readonly StoredObject[];
}

/**
 * What is to be done next in a partition.
 * @param objects of the partition, in the order of their keys
 * @param isOver whether the day is: before, what was merged once is not written again and again
 */
export function chooseMerge(objects: readonly Candidate[], isOver: boolean, settings: CompactionSettings): Merge {
  const held = new Set<string>();
  for (const { made } of objects) for (const [name, state] of made?.merged ?? []) held.add(`${name} ${state}`);
  const remove = objects.filter(
    (object) => object.made?.rows === 0 || held.has(`${nameDigest(object.key)} ${stateDigest(object)}`),
  );
  const gone = new Set(remove);
  const left = objects.filter((object) => !gone.has(object));
  const entangled = withSameRows(left);
  return { remove, merge: entangled.length > 0 ? entangled : smallOnes(left, isOver, settings) };
}

/**
 * Objects that have rows in common: one that has changed since it was merged, with what it was merged into; or two that
 * were made of the same one, by two runs at once. @returns the first such group
 */
function withSameRows(objects: readonly Candidate[]): StoredObject[] {
  const namesOf = ({ key, made }: Candidate): string[] => [nameDigest(key), ...(made?.merged.keys() ?? [])];
  const byName = new Map<string, Candidate[]>();
  for (const object of objects) {
    for (const name of namesOf(object)) byName.set(name, [...(byName.get(name) ?? []), object]);
  }
  const sharing = (object: Candidate): Candidate[] => namesOf(object).flatMap((name) => byName.get(name)!);
  for (const first of objects.filter(({ made }) => made)) {
    const group = new Set([first]);
    // A set that grows while it is gone through.
    for (const member of group) for (const other of sharing(member)) group.add(other);
    if (group.size > 1) return objects.filter((object) => group.has(object));
  }
  return [];
}

function smallOnes(objects: readonly Candidate[], isOver: boolean, settings: CompactionSettings): StoredObject[] {
  const small = objects.filter(({ size, made }) => size < settings.targetBytes / 2 && (isOver || !made));
  if (small.length < (isOver ? 2 : Math.max(2, settings.minObjectsToday))) return [];
  const group: StoredObject[] = [];
  let bytes = 0;
  for (const object of small.slice(0, settings.maxObjects)) {
    bytes += object.size;
    if (bytes > settings.targetBytes) break;
    group.push(object);
  }
  return group;
}

const MADE = /^(.+\.parquet)\.merged-([0-9a-f]{4})-[0-9a-f]{16}\.parquet$/;

/** Whether the key is that of an object that was made of others. */
export const isMade = (key: string): boolean => MADE.test(key);

/**
 * Where the objects go: the same for the same objects. The key sorts behind all of theirs, and before whatever else lies
 * behind them. So whoever goes through a listing that is older than the merge, a deletion or a rebuild, has met their
 * rows already, or meets them behind the place it has come to.
 */
export function keyOfMerge(objects: readonly StoredObject[]): string {
  const last = objects.at(-1)!.key;
  const [, written = last, merges = '0'] = MADE.exec(last) ?? [];
  const level = (Number.parseInt(merges, 16) + 1).toString(16).padStart(4, '0');
  const states = objects.map(({ key, etag }) => `${key}\0${etag}`).join('\n');
  return `${written}.merged-${level}-${hash('sha256', states, 'hex').slice(0, 16)}.parquet`;
}
