import { attributesOf } from '#core/profile/fragment.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import type { Relationship } from '#core/schema/relationship.ts';

export type LookupRecord = Readonly<Record<string, unknown>>;

/** Records of other entities, at hand while rules are evaluated. */
export interface LookupRecords {
  get(entity: string, key: string): LookupRecord | undefined;
}

/** Reads records of an entity by their keys; those that are not there are left out. */
export type LookupReader = (entity: string, keys: readonly string[]) => Promise<ReadonlyMap<string, LookupRecord>>;

/** Rules that look up records cannot be asked without them: a missing record would look like one that is not there. */
export const NOT_LOADED: LookupRecords = {
  get(entity) {
    throw new Error(`Records of ${entity} are looked up, and have not been loaded`);
  },
};

/**
 * Reads all records that rules may look up for these profiles, each once.
 * @param relationships those that the rules use
 */
export async function loadLookups(
  profiles: readonly ProfileView[],
  relationships: readonly Relationship[],
  read: LookupReader,
): Promise<LookupRecords> {
  const keys = new Map<string, Set<string>>();
  for (const { of, path, entity } of relationships) {
    const wanted = keys.get(entity) ?? new Set<string>();
    keys.set(entity, wanted);
    for (const profile of profiles) {
      if (of === 'profile') addKeys(profile, path, wanted);
      else for (const event of profile.xEvent) addKeys(event.entity, path, wanted);
    }
  }
  const found = new Map<string, ReadonlyMap<string, LookupRecord>>();
  for (const [entity, wanted] of keys) if (wanted.size > 0) found.set(entity, await read(entity, [...wanted]));
  return { get: (entity, key) => found.get(entity)?.get(key) };
}

function addKeys(value: unknown, path: readonly string[], keys: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) addKeys(item, path, keys);
    return;
  }
  const [name, ...rest] = path;
  if (name === undefined) {
    if (typeof value === 'string') keys.add(value);
    return;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return;
  addKeys((value as LookupRecord)[name], rest, keys);
}

const WHOLE = { projectLookup: (_entity: string, record: LookupRecord): LookupRecord => record };

/** Most records that one run remembers. */
const MAX_REMEMBERED = 20_000;

/**
 * A reader that asks for each record once and remembers the answer, that there is none too: all of a run sees the same
 * record. What was asked for first is forgotten first.
 */
export function remembering(read: LookupReader, most = MAX_REMEMBERED): LookupReader {
  const known = new Map<string, LookupRecord | undefined>();
  const keyOf = (entity: string, key: string): string => `${entity}\u0000${key}`;
  const forgetOldest = (): void => {
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
  };
  return async (entity, keys) => {
    const missing = keys.filter((key) => !known.has(keyOf(entity, key)));
    // What is known is looked up before others may be forgotten for it.
    const answers = new Map(keys.map((key) => [key, known.get(keyOf(entity, key))]));
    if (missing.length > 0) {
      const found = await read(entity, missing);
      for (const key of missing) {
        answers.set(key, found.get(key));
        known.set(keyOf(entity, key), found.get(key));
      }
      forgetOldest();
    }
    return new Map([...answers].filter((answer): answer is [string, LookupRecord] => answer[1] !== undefined));
  };
}

/**
 * What rules look up in a store, each record once.
 * @param segments whose rules they are: only what these read is remembered of each record
 */
export const lookupReader = (
  store: Pick<LookupStore, 'get'>,
  segments: { projectLookup(entity: string, record: LookupRecord): LookupRecord } = WHOLE,
): LookupReader =>
  remembering(async (entity, keys) => {
    const records = new Map<string, LookupRecord>();
    for (const [key, { fragment }] of await store.get(entity, keys)) {
      const record = attributesOf(fragment);
      if (record) records.set(key, segments.projectLookup(entity, record));
    }
    return records;
  });
