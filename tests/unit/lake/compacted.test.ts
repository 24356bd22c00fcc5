import { describe, expect, it } from 'vitest';
import type { CompactionSettings } from '#core/lake/choose-merge.ts';
import { compactStep, type StepResult } from '#core/lake/compact.ts';
import { stateOf } from '#core/lake/compacted.ts';
import { packLakeRows } from '#core/lake/write-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { compactDeps, keyOf, laidOut, NEXT_DAY, PARTITION, rowOf } from '#tests/harness/lake/partition.ts';
import { stoppingStore } from '#tests/harness/lake/stopping-store.ts';

const rowsOf = (n: number) => [rowOf(n, 'kept')];
const THREE = Array.from({ length: 3 }, (_, n) => rowsOf(n));

/** One step. @returns with the objects of the partition that were read for it */
async function stepOn(
  store: ObjectStore,
  { today = NEXT_DAY, settings = {} }: { today?: string; settings?: Partial<CompactionSettings> } = {},
): Promise<StepResult & { readonly read: readonly string[] }> {
  const read: string[] = [];
  const get: ObjectStore['get'] = (key, ...rest) => {
    if (key.startsWith('dataset=')) read.push(key);
    return store.get(key, ...rest);
  };
  const deps = compactDeps({ ...store, get });
  const step = await compactStep(PARTITION, today, { ...deps, settings: { ...deps.settings, ...settings } });
  return { ...step, read };
}

async function compacted(): Promise<ObjectStore> {
  const store = await laidOut(THREE);
  for (let state = 'more'; state === 'more'; ) state = (await stepOn(store)).state;
  return store;
}

const NOTHING_READ = { state: 'done', read: [] };
const ONE_READ = { state: 'done', read: [expect.stringContaining('.merged-')] };

describe('a partition in which nothing was left to do', () => {
  it('is only listed the next time', async () => {
    expect(await stepOn(await compacted())).toMatchObject(NOTHING_READ);
  });

  it('is looked at anew when an object has come', async () => {
    const store = await compacted();
    await store.put(keyOf(7), packLakeRows(rowsOf(7)));
    expect(await stepOn(store)).toMatchObject({ state: 'more', objectsBefore: 2, rows: 4 });
    expect(await stepOn(store)).toMatchObject(ONE_READ);
    expect(await stepOn(store)).toMatchObject(NOTHING_READ);
  });

  it('is looked at anew when one that was merged has come again, and when an object was rewritten or has gone', async () => {
    const store = await compacted();
    await store.put(keyOf(0), packLakeRows(rowsOf(0)));
    expect(await stepOn(store)).toMatchObject({ state: 'done', objectsBefore: 1, objectsAfter: 0 });
    const [merged] = await Array.fromAsync(store.list('dataset='));
    await store.put(merged!, packLakeRows(rowsOf(1)));
    expect(await stepOn(store)).toMatchObject({ state: 'done', read: [merged] });
    await store.put(keyOf(0), packLakeRows(rowsOf(0)));
    await store.delete([merged!]);
    expect(await stepOn(store)).toMatchObject({ state: 'done', objectsBefore: 0 });
  });

  it('is told by the key, the size and the contents of each of its objects', () => {
    const { settings } = compactDeps(createMemoryObjectStore());
    const object = { key: keyOf(1), size: 10, etag: 'a' };
    const others = [
      { ...object, key: keyOf(2) },
      { ...object, size: 11 },
      { ...object, etag: 'b' },
    ];
    const states = [[object], ...others.map((other) => [other]), [], [object, ...others]].map((objects) =>
      stateOf(objects, true, settings),
    );
    expect(new Set(states).size).toBe(states.length);
  });

  it('is looked at anew when its day is over, and when the rules are others', async () => {
    const store = await laidOut(THREE);
    const today = { today: PARTITION.day, rules: { minObjectsToday: 100 } };
    expect(await stepOn(store, today)).toMatchObject(NOTHING_READ);
    expect(await stepOn(store, { ...today, settings: { minObjectsToday: 3 } })).toMatchObject({ state: 'more' });
    const other = await laidOut(THREE);
    await stepOn(other, today);
    expect(await stepOn(other, { settings: { minObjectsToday: 100 } })).toMatchObject({ state: 'more' });
  });

  it('is looked at anew when an object came while it was looked at', async () => {
    const store = await compacted();
    const [merged] = await Array.fromAsync(store.list('dataset='));
    // So that it is looked at.
    await store.delete(['compaction/dataset=web-events/date=2026-03-01/settled']);
    const slow = stoppingStore(store, ({ key }) => key === merged);
    const step = stepOn(slow.store);
    await slow.reached;
    await store.put(keyOf(7), packLakeRows(rowsOf(7)));
    slow.goOn();
    expect(await step).toMatchObject({ state: 'done' });
    expect(await stepOn(store)).toMatchObject({ state: 'more', rows: 4 });
  });
});
