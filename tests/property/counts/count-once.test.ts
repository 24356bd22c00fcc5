import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOnce } from '#core/counts/count-once.ts';
import { addCounters, type Counters } from '#core/counts/counters.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { runs } from '#tests/harness/runs.ts';

/** What one record counts: some series, by a number that may be below zero. */
interface Counting {
  readonly id: string;
  readonly change: Counters;
}

/** How Lambda gives one batch: what happens at each call, as long as it lasts. */
type Fate = 'done' | 'from' | 'thrown' | 'lost' | 'again' | 'grown';

const fate = fc.constantFrom<Fate>('done', 'done', 'from', 'thrown', 'lost', 'again', 'grown');

describe('counting once', () => {
  /**
   * The reader of a stream: batches in order; one that failed comes again from the record that was reported, or in halves, the
   * first half first; one whose answer was lost or that is read anew comes again, perhaps with what follows it.
   */
  async function read(
    records: readonly Counting[],
    { size, next, draw }: { size: number; next: () => Fate; draw: (below: number) => number },
    handle: (records: readonly Counting[]) => Promise<void>,
  ): Promise<void> {
    let left = 200;
    const give = async (batch: readonly Counting[]): Promise<void> => {
      if (batch.length === 0) return;
      const what = left-- > 0 ? next() : 'done';
      if (what === 'from') {
        const from = draw(batch.length);
        // Only what came before is counted, and all from there on comes again.
        const isDone = await handle(batch.slice(0, from)).then(
          () => true,
          () => false,
        );
        if (isDone) return await give(batch.slice(from));
        return await halve(batch);
      }
      const isDone = await handle(batch).then(
        () => true,
        () => false,
      );
      if (!isDone || what === 'thrown' || what === 'lost') return await halve(batch);
      if (what === 'again') await give(batch);
    };
    const halve = async (batch: readonly Counting[]): Promise<void> => {
      if (batch.length === 1) return await give(batch);
      const middle = Math.ceil(batch.length / 2);
      await give(batch.slice(0, middle));
      await give(batch.slice(middle));
    };
    for (let start = 0; start < records.length; ) {
      const count = 1 + draw(size);
      const batch = records.slice(start, start + count);
      await give(batch);
      // A new reader begins where the old one had come, and reads more at once.
      if (next() === 'grown') {
        const more = records.slice(start, start + count + draw(size));
        await give(more);
        start += more.length;
      } else start += batch.length;
    }
  }

  const counting = fc
    .array(fc.record({ series: fc.nat({ max: 3 }), name: fc.nat({ max: 1 }), by: fc.constantFrom(-1, 1, 2) }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((all) => addCounters(...all.map(({ series, name, by }) => ({ [`s${series}`]: { [`n${name}`]: by } }))));

  it('comes to the sum of all records, however batches are cut, repeated, halved or interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(counting, { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fate),
        fc.infiniteStream(fc.nat()),
        fc.infiniteStream(fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after')),
        async (changes, fates, dice, faults) => {
          const store = new MemoryCountStore();
          let left = 30;
          const port = withFaults(store, () => (left-- > 0 ? (faults.next().value as Fault) : 'none'));
          const records = changes.map((change, n) => ({ id: `record ${n}`, change }));
          const draw = (below: number): number => (dice.next().value as number) % below;
          await read(records, { size: 8, next: () => fates.next().value as Fate, draw }, (batch) =>
            countOnce(
              {
                source: 'stream',
                ids: batch.map(({ id }) => id),
                changeOf: (from, to) => addCounters(...batch.slice(from, to).map(({ change }) => change)),
              },
              port,
            ),
          );
          expect(store.counters).toEqual(addCounters(...changes));
        },
      ),
      runs(5, 300),
    );
  });

  it('cuts what has more series than one write has room for, and counts all of it', async () => {
    const store = new MemoryCountStore();
    const sizes: number[] = [];
    const commit: MemoryCountStore['commit'] = (note, change) => {
      sizes.push(Object.keys(change).length);
      return store.commit(note, change);
    };
    const changes = Array.from({ length: 500 }, (_, n): Counters => ({ [`s${n}`]: { n: 1 } }));
    const row = {
      source: 'stream',
      ids: changes.map((_, n) => String(n)),
      changeOf: (from: number, to: number) => addCounters(...changes.slice(from, to)),
    };
    await countOnce(row, { commit, note: (note) => store.note(note) });
    await countOnce(row, { commit, note: (note) => store.note(note) });
    expect(store.counters).toEqual(addCounters(...changes));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(90);
    expect(sizes.length).toBeGreaterThan(5);
  });
});
