import { describe, expect, it } from 'vitest';
import type { Counters } from '#core/counts/counters.ts';
import type { CountHistory } from '#core/counts/ports/count-history.ts';
import type { CountOnce, CountStore } from '#core/counts/ports/count-store.ts';
import type { LastBatches } from '#core/counts/ports/last-batches.ts';
import type { Recounts } from '#core/counts/ports/recounts.ts';
import type { StageCounts } from '#core/counts/stage-counts.ts';

let unique = 0;
const fresh = (): string => `${process.pid}-${unique++}`;
/** Eleven characters that stand for eight bytes. */
const mark = (): string => Buffer.from(fresh().padStart(8).slice(-8)).toString('base64url');

/** What every store of counters does. */
export function countStoreContract(name: string, create: () => CountStore): void {
  describe(`counters: ${name}`, () => {
    countOnceContract(create);

    it('adds up changes, and says how much there ever was', async () => {
      const store = create();
      const [a, b, none] = [`a:${fresh()}`, `b:${fresh()}`, `none:${fresh()}`];
      for (let n = 0; n < 20; n++)
        await store.commit({ marks: [mark()] }, { [a]: { x: 2, 'y: z': -1 }, [b]: { x: 1 } });
      await store.adjust({ [a]: { x: -40 } });
      const totals = await store.totals([a, b, none, a]);
      expect(totals.get(a)).toEqual({ numbers: { 'y: z': -20 }, changes: 100 });
      expect(totals.get(b)).toEqual({ numbers: { x: 20 }, changes: 20 });
      expect(totals.has(none)).toBe(false);
    });

    it('loses nothing where many count at once', async () => {
      const store = create();
      const series = `many:${fresh()}`;
      await Promise.all(Array.from({ length: 30 }, () => store.commit({ marks: [mark()] }, { [series]: { n: 1 } })));
      expect((await store.totals([series])).get(series)?.numbers).toEqual({ n: 30 });
    });

    it('remembers since when it is complete, the first time that it is said', async () => {
      const store = create();
      await store.markComplete({ profiles: 5 });
      await store.markComplete({ profiles: 7, records: 8 });
      const { profiles, records } = await store.completeSince();
      expect([profiles, records]).toEqual([5, 8]);
    });
  });
}

/** What everybody does who counts once. */
export function countOnceContract(create: () => CountOnce): void {
  it('counts nothing where the first mark is noted, and tells all that is noted under it', async () => {
    const store = create();
    const marks: [string, ...string[]] = [mark(), mark(), mark()];
    const change: Counters = { [`once:${fresh()}`]: { n: 1 } };
    expect(await store.commit({ marks }, change)).toBeUndefined();
    expect(await store.commit({ marks: [marks[0]] }, change)).toEqual(marks);
    const [, second, third] = marks;
    expect(await store.commit({ marks: [second!] }, change)).toBeUndefined();
    await store.note({ marks: [third!, mark()] });
    await store.note({ marks: [third!] });
    expect(await store.commit({ marks: [third!] }, change)).toHaveLength(2);
  });
}

/** What every place for recounts does. */
export function recountsContract(name: string, create: () => Recounts): void {
  describe(`recounts: ${name}`, () => {
    it('add up what the steps of all parts have found, each once', async () => {
      const recounts = create();
      const jobId = fresh();
      const before = new Map([['s', { numbers: { n: 3 }, changes: 9 }]]);
      expect(await recounts.read(jobId, 2)).toBeUndefined();
      await recounts.begin(jobId, before);
      await recounts.begin(jobId, new Map());
      for (const [partition, revision, n] of [
        [0, 0, 1],
        [0, 1, 5],
        [0, 1, 10],
        [1, 0, 100],
        [0, 2, 0],
      ] as const)
        await recounts.found(jobId, { partition, revision }, n === 0 ? {} : { s: { n } });
      expect(await recounts.read(jobId, 2)).toEqual({ before, found: { s: { n: 111 } } });
    });

    it('wait until they are compared', async () => {
      const recounts = create();
      const one = { jobId: fresh(), partitions: 2, finishedAt: 7, isReported: true };
      await recounts.finish({ ...one, jobId: 'earlier' });
      await recounts.finish(one);
      expect(await recounts.waiting()).toEqual(one);
      await recounts.compared(one);
      expect(await recounts.waiting()).toBeUndefined();
    });
  });
}

/** What every history of counts does. */
export function countHistoryContract(name: string, create: () => CountHistory): void {
  describe(`history of counts: ${name}`, () => {
    it('keeps the last of each hour and of each day', async () => {
      const history = create();
      const at = (text: string): StageCounts => ({
        asOf: Date.parse(text),
        profiles: { all: Date.parse(text) % 97, known: 0, anonymous: 0 },
        audiences: {},
        destinations: {},
        records: {},
      });
      const written = [
        '2031-05-01T10:00:00Z',
        '2031-05-01T10:59:00Z',
        '2031-05-01T12:10:00Z',
        '2031-05-03T00:00:00Z',
      ].map(at);
      for (const counts of written) await history.write(counts);
      const read = (every: 'hour' | 'day', from: string, to: string) =>
        history.read(every, Date.parse(from), Date.parse(to));
      expect(await read('hour', '2031-05-01T10:30:00Z', '2031-05-01T12:00:00Z')).toEqual([written[1], written[2]]);
      expect(await read('day', '2031-05-01T23:00:00Z', '2031-05-03T01:00:00Z')).toEqual([written[2], written[3]]);
      expect(await read('hour', '2031-05-02T00:00:00Z', '2031-05-02T05:00:00Z')).toEqual([]);
    });
  });
}

/** What every store of last batches does. */
export function lastBatchesContract(name: string, create: () => LastBatches): void {
  describe(`last batches: ${name}`, () => {
    it('keeps the last of each dataset, in whatever order and however often they are noted', async () => {
      const store = create();
      const [one, other, none] = [fresh(), fresh(), fresh()];
      const batches = [
        { id: 'b', datasetId: one, receivedAt: 9 },
        { id: 'c', datasetId: one, receivedAt: 10 },
        { id: 'a', datasetId: one, receivedAt: 10 },
        { id: 'z', datasetId: one, receivedAt: 2 },
        { id: 'x', datasetId: other, receivedAt: 1 },
      ];
      for (const batch of [...batches, ...batches]) await store.note(batch);
      expect(await store.of([one, other, none])).toEqual(
        new Map([
          [one, 'c'],
          [other, 'x'],
        ]),
      );
      expect(await store.of([])).toEqual(new Map());
    });
  });
}
