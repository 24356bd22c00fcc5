import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfMerge } from '#core/lake/choose-merge.ts';
import { compactStep } from '#core/lake/compact.ts';
import { deleteRowsFromLake } from '#core/lake/delete-rows.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { packLakeRows } from '#core/lake/write-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import {
  compactDeps,
  FOLDER,
  isGone,
  keyOf,
  laidOut,
  NEXT_DAY,
  PARTITION,
  rowOf,
  rowsIn,
} from '#tests/harness/lake/partition.ts';
import { type Crash, CrashError, scheduledStore } from '#tests/harness/lake/scheduled-store.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const namesOf = (rows: readonly LakeRow[]): string[] =>
  rows.map(({ id, ingestionId, json }) => `${id} ${ingestionId} ${json}`).sort();

async function compactAll(lake: ObjectStore, today = NEXT_DAY): Promise<number> {
  for (let steps = 0; steps < 50; steps++) {
    const { state } = await compactStep(PARTITION, today, compactDeps(lake));
    if (state !== 'more') return steps;
  }
  throw new Error('compaction does not end');
}

describe('the compaction of a partition', () => {
  const eight = Array.from({ length: 8 }, (_, n) => [rowOf(2 * n, 'kept'), rowOf(2 * n + 1, 'kept')]);

  it('makes one object of many small ones, with their rows in their order', async () => {
    const lake = await laidOut(eight);
    await compactAll(lake);
    expect(await Array.fromAsync(lake.list('dataset='))).toHaveLength(1);
    expect(await rowsIn(lake)).toEqual(eight.flat());
  });

  it('leaves out what lies twice, and says so', async () => {
    const lake = await laidOut([[rowOf(1, 'kept')], [rowOf(1, 'kept'), rowOf(2, 'kept')]]);
    expect(await compactStep(PARTITION, NEXT_DAY, compactDeps(lake))).toMatchObject({
      state: 'more',
      objectsBefore: 2,
      objectsAfter: 1,
      rows: 2,
      repeated: 1,
    });
    expect(await rowsIn(lake)).toEqual([rowOf(1, 'kept'), rowOf(2, 'kept')]);
  });

  it('keeps two arrivals of one record apart', async () => {
    const again = { ...rowOf(1, 'kept'), ingestionId: 'another' };
    const lake = await laidOut([[rowOf(1, 'kept')], [again]]);
    await compactAll(lake);
    expect(await rowsIn(lake)).toEqual([rowOf(1, 'kept'), again]);
  });

  it('makes the same object of the same objects', async () => {
    const [one, two] = [await laidOut(eight), await laidOut(eight)];
    await Promise.all([compactAll(one), compactAll(two)]);
    expect(await Array.fromAsync(one.entries('dataset='))).toEqual(await Array.fromAsync(two.entries('dataset=')));
  });

  it('touches a day that is not over only where there is much to gain, and writes nothing twice for it', async () => {
    const lake = await laidOut(eight.slice(0, 4));
    expect(await compactAll(lake, PARTITION.day)).toBe(0);
    expect(await Array.fromAsync(lake.list('dataset='))).toHaveLength(4);
    for (const n of [4, 5, 6]) await lake.put(keyOf(n), packLakeRows(eight[n]!));
    expect(await compactAll(lake, PARTITION.day)).toBe(1);
    expect(await Array.fromAsync(lake.list('dataset='))).toHaveLength(5);
    await compactAll(lake, NEXT_DAY);
    expect(await Array.fromAsync(lake.list('dataset='))).toHaveLength(1);
  });

  it('leaves large objects alone', async () => {
    const lake = await laidOut(eight);
    const rules = { targetBytes: 100, maxObjects: 3, minObjectsToday: 5 };
    expect(await compactStep(PARTITION, NEXT_DAY, { ...compactDeps(lake), settings: rules })).toMatchObject({
      state: 'done',
    });
    expect(await Array.fromAsync(lake.list('dataset='))).toHaveLength(8);
  });

  it('knows an object that is written again after it was merged', async () => {
    const lake = await laidOut(eight.slice(0, 2));
    await compactAll(lake);
    await lake.put(keyOf(0), packLakeRows(eight[0]!));
    await compactAll(lake);
    expect(await Array.fromAsync(lake.list('dataset='))).toHaveLength(1);
    expect(await rowsIn(lake)).toEqual(eight.slice(0, 2).flat());
  });

  it('does not touch other partitions, nor what is no object of the lake', async () => {
    const lake = await laidOut(eight);
    const others = ['dataset=web-events/date=2026-03-02/a.parquet', 'dataset=web-events/date=2026-03-01/note.txt'];
    for (const key of others) await lake.put(key, 'x');
    await compactAll(lake);
    expect(await Array.fromAsync(lake.list('dataset='))).toEqual(expect.arrayContaining(others));
  });
});

describe('the key of a merged object', () => {
  const picks = fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });

  it('sorts behind all that it was made of, and before what was written behind these', () => {
    fc.assert(
      fc.property(picks, (merges) => {
        const written = Array.from({ length: 12 }, (_, n) => keyOf(n)).sort();
        const keys = [...written];
        for (const pick of merges) {
          const merged = [...new Set(pick.map((at) => keys[at % keys.length]!))].sort();
          const key = keyOfMerge(merged.map((one) => ({ key: one, size: 1, etag: 'e' })));
          expect([...merged, key].sort()).toEqual([...merged, key]);
          const next = written.find((one) => one > merged.at(-1)!) ?? '~';
          expect([key, next].sort()).toEqual([key, next]);
          if (!keys.includes(key)) keys.push(key);
          keys.sort();
        }
      }),
    );
  });
});

const row = fc.record({ n: fc.nat(9), who: fc.constantFrom('gone', 'kept', 'kept too') });
/** A record has one content, wherever it lies. */
const objects = fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 }).map((all) => {
  const who = new Map<number, string>();
  for (const each of all.flat()) if (!who.has(each.n)) who.set(each.n, each.who);
  return all.map((rows) => [...new Set(rows.map(({ n }) => n))].map((n) => rowOf(n, who.get(n)!)));
});
const crash = fc.option(fc.record({ call: fc.nat(40), when: fc.constantFrom<Crash['when']>('before', 'after') }), {
  nil: undefined,
});

/** What a crash ends. @returns whether it came to its end */
const ended = (run: Promise<unknown>): Promise<boolean> =>
  run.then(
    () => true,
    (error) => {
      if (error instanceof CrashError) return false;
      throw error;
    },
  );

describe('several at once', () => {
  it(
    'two compactions and one who writes, whichever is interrupted wherever, lose nothing and leave nothing twice',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          objects,
          fc.scheduler(),
          crash,
          crash,
          fc.nat(5),
          async (given, s, first, second, rewritten) => {
            const store = await laidOut(given);
            const asSeenBy = (crashed?: Crash) => scheduledStore(store, s, crashed);
            // Comes again with more in it, or is new; and the same as before once more.
            const late = [...(given[rewritten] ?? []), rowOf(20, 'late')];
            const write = async (lake: ObjectStore): Promise<void> => {
              await lake.put(keyOf(rewritten), packLakeRows(late));
              await lake.put(keyOf(0), packLakeRows(rewritten === 0 ? late : given[0]!));
            };
            await s.waitFor(
              Promise.all([
                ended(compactAll(asSeenBy(first))),
                ended(compactAll(asSeenBy(second))),
                ended(write(asSeenBy())),
              ]),
            );
            const expected = new Set(namesOf([...given.flat(), ...late]));
            expect(new Set(namesOf(await rowsIn(store)))).toEqual(expected);
            await compactAll(store);
            expect(namesOf(await rowsIn(store))).toEqual([...expected].sort());
            expect(await Array.fromAsync(store.list('dataset='))).toHaveLength(1);
          },
        ),
        runs(1, 80),
      );
    },
    timeout,
  );

  it(
    'a person who is deleted meanwhile does not come back, and nobody else goes',
    async () => {
      await fc.assert(
        fc.asyncProperty(objects, fc.scheduler(), crash, crash, crash, async (given, s, first, second, third) => {
          const store = await laidOut(given);
          const asSeenBy = (crashed?: Crash) => scheduledStore(store, s, crashed);
          const deleteRows = (crashed?: Crash) => deleteRowsFromLake(asSeenBy(crashed), [FOLDER], isGone);
          let leftWhenDone: LakeRow[] | undefined;
          await s.waitFor(
            Promise.all([
              ended(compactAll(asSeenBy(first))),
              ended(compactAll(asSeenBy(second))),
              // Interrupted, it is given again.
              (async () => {
                if (!(await ended(deleteRows(third)))) await deleteRows();
                leftWhenDone = await rowsIn(store);
              })(),
            ]),
          );
          expect(leftWhenDone!.filter(isGone), 'when the deletion said that it was done').toEqual([]);
          expect((await rowsIn(store)).filter(isGone), 'when the compactions were through').toEqual([]);
          await compactAll(store);
          const expected = new Set(namesOf(given.flat().filter((each) => !isGone(each))));
          expect(namesOf(await rowsIn(store))).toEqual([...expected].sort());
        }),
        runs(1, 80),
      );
    },
    timeout,
  );
});
