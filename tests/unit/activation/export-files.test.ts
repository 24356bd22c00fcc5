import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HubDelivery, ProfileDelivery } from '#core/activation/delivery.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import type { Job } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createHandler as createHub } from '#lambdas/functions/deliver-aam-hub/handler.ts';
import { createHandler as createFile } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { createHandler as createExport } from '#lambdas/functions/export-files/handler.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import { runs } from '#tests/harness/runs.ts';
import {
  catalogOf,
  DAY,
  ecid,
  entered,
  exited,
  failedIds,
  fakeMetrics,
  HOUR,
  hubDelivery,
  identity,
  profileDelivery,
  sqsEvent,
} from './factories.ts';
import { readAll } from './read-files.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const CATALOG = catalogOf(
  { id: 'aam', type: 'aam' },
  {
    id: 'crm-export',
    type: 's3-file',
    identity: 'CRMID',
    attributes: ['segmentMembership.status'],
    schedule: 'every12h',
  },
  {
    id: 'after',
    type: 's3-file',
    identity: 'CRMID',
    attributes: ['segmentMembership.status'],
    schedule: 'afterEvaluation',
  },
  { id: 'webhook', type: 'http', url: 'https://hooks.example.com' },
);

let exportsBegun = 0;
const runExport = (
  exports: ObjectStore,
  event: object,
  now = NOON,
  runStatistics: RunStatistics = new MemoryRunStatistics(),
  evaluations: Pick<Jobs, 'latest'> = { latest: async () => ({}) },
) =>
  createExport({
    catalog: CATALOG,
    exports,
    runStatistics: runStatistics,
    evaluations,
    metrics: fakeMetrics().metrics,
    now: () => now,
    newId: () => `export ${++exportsBegun}`,
  })(event);

const put = async (exports: ObjectStore, id: string, ...deliveries: readonly HubDelivery[]): Promise<void> => {
  const messages = deliveries.map((body, index) => ({ id: `${id}-${index}`, body }));
  expect(failedIds(await createHub({ exports })(sqsEvent(messages)))).toEqual([]);
};

const keys = (store: ObjectStore, prefix = ''): Promise<string[]> => Array.fromAsync(store.list(prefix));
const lastRouted = (revision: number, change = entered('A1'), decidedAt = NOON - 1000): HubDelivery =>
  hubDelivery({ revision, decidedAt, changes: [change] });
const MEMBER = `${ecid().value}/A1`;

describe('putting aside', () => {
  it('makes one part of a batch, of all its deliveries', async () => {
    const exports = createMemoryObjectStore();
    await put(exports, 'm', lastRouted(1), lastRouted(2));
    const [part, ...others] = await keys(exports);
    expect(part).toMatch(/^pending\/aam\.hub\/[0-9a-f]{32}\.ndjson$/);
    expect(others).toEqual([]);
    expect(
      Buffer.from((await exports.get(part!))!)
        .toString('utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(2);
  });

  it('replaces the part when the same batch comes again, in any order', async () => {
    const exports = createMemoryObjectStore();
    const messages = [1, 2, 3].map((n) => ({ id: `m${n}`, body: lastRouted(n) }));
    await createHub({ exports })(sqsEvent(messages));
    await createHub({ exports })(sqsEvent(messages.toReversed()));
    expect(await keys(exports)).toHaveLength(1);
  });

  it('gives the batch back when it could not be kept, and keeps the readable rest of a batch', async () => {
    const broken = withFaults(createMemoryObjectStore(), () => 'before');
    const body = profileDelivery({ destinationId: 'crm-export' });
    const event = sqsEvent([
      { id: 'a', body },
      { id: 'b', body: '{' },
    ]);
    expect(failedIds(await createFile({ exports: broken })(event))).toEqual(['a', 'b']);
    const exports = createMemoryObjectStore();
    expect(failedIds(await createFile({ exports })(event))).toEqual(['b']);
    expect(await keys(exports, 'pending/crm-export/')).toHaveLength(1);
  });
});

describe('exporting', () => {
  it("writes the hub's files at noon and midnight UTC, and nothing in between", async () => {
    const exports = createMemoryObjectStore();
    await put(exports, 'm', lastRouted(1));
    const before = await runExport(exports, { at: NOON - 1 });
    expect(before.lanes.find(({ laneId }) => laneId === 'aam.hub')).toEqual({
      laneId: 'aam.hub',
      status: 'notDue',
    });
    const summary = await runExport(exports, { time: '2026-03-01T12:00:07Z' });
    expect(summary.lanes[0]).toMatchObject({ laneId: 'aam.hub', status: 'exported' });
    expect(summary.lanes[1]).toMatchObject({ laneId: 'crm-export', status: 'nothingPending' });
    expect(await keys(exports, 'aam/')).toEqual([`aam/date=2026-03-01/ftp_dpm_4_${NOON / 1000}.sync`]);
    expect(await keys(exports, 'pending/')).toEqual([]);
    expect(await keys(exports, 'exporting/')).toEqual([]);
  });

  it('writes them whenever it is forced to, for one delivery lane if asked', async () => {
    const exports = createMemoryObjectStore();
    await put(exports, 'm', lastRouted(1));
    expect((await runExport(exports, { force: true, laneId: 'crm-export', at: NOON - 1 })).lanes).toHaveLength(1);
    expect(await keys(exports, 'aam/')).toEqual([]);
    await runExport(exports, { force: true, at: NOON - HOUR + 1 });
    expect(await keys(exports, 'aam/')).toEqual([`aam/date=2026-03-01/ftp_dpm_4_${(NOON - HOUR) / 1000}.sync`]);
  });

  it('never overwrites a file when it is forced twice in a second', async () => {
    const exports = createMemoryObjectStore();
    for (const revision of [1, 2]) {
      await put(exports, `m${revision}`, lastRouted(revision, revision === 1 ? entered('A1') : exited('A1')));
      await runExport(exports, { force: true, at: NOON });
    }
    expect(await keys(exports, 'aam/')).toHaveLength(2);
    expect((await readAll(exports, 'aam/')).get(MEMBER)).toBe('exited');
  });

  it('exports one delivery lane when its own rule asks, and nothing where the catalog does not have it yet', async () => {
    const exports = createMemoryObjectStore();
    const { lanes } = await runExport(exports, { laneId: 'aam.hub', scheduled: true });
    expect(lanes.map(({ laneId }) => laneId)).toEqual(['aam.hub']);
    expect((await runExport(exports, { laneId: 'later', scheduled: true })).lanes).toEqual([]);
  });

  it('says which delivery lanes there are when asked for another', async () => {
    await expect(runExport(createMemoryObjectStore(), { laneId: 'webhook' })).rejects.toThrow(
      'No delivery lane "webhook" writes files; those that do: "aam.hub", "crm-export"',
    );
  });

  it('says nothing twice, and never something that is older, when exported deliveries come back', async () => {
    const exports = createMemoryObjectStore();
    await put(exports, 'first', lastRouted(1));
    await runExport(exports, { at: NOON });
    await put(exports, 'second', lastRouted(2, exited('A1'), NOON + HOUR));
    await runExport(exports, { at: NOON + 12 * HOUR });
    const before = await keys(exports, 'aam/');
    // In another batch than the first time, so in another part.
    await put(exports, 'again', lastRouted(1), lastRouted(1));
    const { lanes } = await runExport(exports, { at: NOON + DAY });
    expect(lanes[0]?.exports?.[0]).toMatchObject({ files: [], routedBefore: 1 });
    expect(await keys(exports, 'aam/')).toEqual(before);
    expect((await readAll(exports, 'aam/')).get(MEMBER)).toBe('exited');
  });

  it('leaves a damaged part where it is, exports the others, and fails to be noticed', async () => {
    const exports = createMemoryObjectStore();
    await put(exports, 'm', lastRouted(1));
    await exports.put('pending/aam.hub/damaged.ndjson', '{"kind":"aam-hub"}\n');
    await expect(runExport(exports, { at: NOON })).rejects.toThrow('not exported completely: aam.hub');
    expect(await keys(exports, 'pending/')).toEqual(['pending/aam.hub/damaged.ndjson']);
    expect((await readAll(exports, 'aam/')).get(MEMBER)).toBe('realized');
  });

  it('is made once after each evaluation of all profiles, where a destination has that as its schedule', async () => {
    const exports = createMemoryObjectStore();
    const member = (id: string) =>
      profileDelivery({ destinationId: 'after', identities: [identity('CRMID', id)], changes: [entered('A1')] });
    const send = async (id: string) =>
      expect(failedIds(await createFile({ exports })(sqsEvent([{ id, body: member(id) }])))).toEqual([]);
    const statusAt = async (now: number, endedAt?: number) => {
      const finished = endedAt === undefined ? {} : { finished: { endedAt } as Job };
      const event = { laneId: 'after', time: new Date(now).toISOString() };
      const { lanes } = await runExport(exports, event, now, undefined, { latest: async () => finished });
      return lanes[0]!.status;
    };
    await send('C-1');
    const first = NOON + 7 * 60_000 + 123;
    expect(await statusAt(NOON)).toBe('notDue');
    // What it has changed is not yet gathered.
    expect(await statusAt(first + 60_000, first)).toBe('notDue');
    expect(await statusAt(first + HOUR, first)).toBe('exported');
    await send('C-2');
    expect(await statusAt(first + 2 * HOUR, first)).toBe('nothingPending');
    const second = first + DAY;
    expect(await statusAt(second, first)).toBe('notDue');
    expect(await statusAt(second + HOUR, second)).toBe('exported');
    expect((await keys(exports, 'after/')).filter((key) => key.endsWith('.csv'))).toEqual([
      'after/after_segmentA1_20260301120700.csv',
      'after/after_segmentA1_20260302120700.csv',
    ]);
  });

  it('does not let one destination stop another', async () => {
    const exports = createMemoryObjectStore();
    const body = profileDelivery({ destinationId: 'crm-export', decidedAt: NOON });
    await createFile({ exports })(sqsEvent([{ id: 'f', body }]));
    await exports.put('exporting/aam.hub.json', 'broken');
    await expect(runExport(exports, { at: NOON })).rejects.toThrow('not exported completely: aam.hub');
    expect(await keys(exports, 'crm-export/')).toHaveLength(1);
  });

  it('writes no files of a destination that is paused, and what there is to tell afterwards', async () => {
    const exports = createMemoryObjectStore();
    const runStatistics = new MemoryRunStatistics();
    await put(exports, 'm', lastRouted(1));
    await runStatistics.pause('aam', NOON);
    expect((await runExport(exports, { at: NOON }, NOON, runStatistics)).lanes[0]?.status).toBe('paused');
    expect(await keys(exports, 'aam/')).toEqual([]);
    await runStatistics.pause('aam', undefined);
    expect((await runExport(exports, { at: NOON + 12 * HOUR }, NOON, runStatistics)).lanes[0]?.status).toBe('exported');
  });

  it('forgets after fifteen days what it has told', async () => {
    const exports = createMemoryObjectStore();
    await put(exports, 'old', lastRouted(1));
    await runExport(exports, { at: NOON });
    await put(exports, 'new', lastRouted(2, exited('A1'), NOON + 16 * DAY));
    await runExport(exports, { at: NOON + 16 * DAY }, NOON + 16 * DAY);
    expect(await keys(exports, 'exported/')).toHaveLength(1);
  });
});

/** Fails at the given call, once, before or after its effect. */
function crashAt(call: number, fault: Fault): () => Fault {
  let calls = 0;
  return () => (calls++ === call ? fault : 'none');
}

describe('an export that dies anywhere and is called again', () => {
  const first = [
    lastRouted(1),
    hubDelivery({ revision: 1, decidedAt: NOON - 1000, identities: [ecid(2)], changes: [entered('A3')] }),
  ];

  it.each(['before', 'after'] as const)(
    'leaves the same files as one that does not die (%s each call)',
    async (fault) => {
      const whole = createMemoryObjectStore();
      await put(whole, 'm', ...first);
      await runExport(whole, { at: NOON });
      const expected = await Promise.all((await keys(whole)).map(async (key) => [key, await whole.get(key)]));

      let crashes = 0;
      for (let call = 0; ; call++) {
        const exports = createMemoryObjectStore();
        await put(exports, 'm', ...first);
        const next = crashAt(call, fault);
        const crashed = await runExport(withFaults(exports, next), { at: NOON }).then(
          () => false,
          () => true,
        );
        if (!crashed) break;
        crashes++;
        // What arrives in the meantime waits for the next slot.
        await put(exports, 'late', lastRouted(2, exited('A1'), NOON + 1000));
        await runExport(exports, { at: NOON + 60_000 }).catch(() => undefined);
        const lastRouted1 = await readAll(exports, 'aam/');
        await runExport(exports, { at: NOON + 12 * HOUR });
        expect(await keys(exports, 'pending/')).toEqual([]);
        expect(await keys(exports, 'exporting/')).toEqual([]);
        expect((await readAll(exports, 'aam/')).get(MEMBER)).toBe('exited');
        expect((await readAll(exports, 'aam/')).get(`${ecid(2).value}/A3`)).toBe('realized');
        expect(lastRouted1.size).toBe(2);
      }
      expect(crashes).toBeGreaterThan(8);

      for (let call = 0; call < crashes; call++) {
        const exports = createMemoryObjectStore();
        await put(exports, 'm', ...first);
        await runExport(withFaults(exports, crashAt(call, fault)), { at: NOON }).catch(() => undefined);
        await runExport(exports, { at: NOON });
        const found = await Promise.all((await keys(exports)).map(async (key) => [key, await exports.get(key)]));
        expect(found).toEqual(expected);
      }
    },
  );

  it('tells every receiver the latest of everything, whatever is repeated, split, delayed or broken off', async () => {
    interface Step {
      readonly segment: string;
      readonly person: number;
      readonly repeats: readonly number[];
      readonly crash: number;
    }
    const steps: fc.Arbitrary<Step[]> = fc.array(
      fc.record({
        segment: fc.constantFrom('A1', 'A3'),
        person: fc.integer({ min: 1, max: 2 }),
        repeats: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
        crash: fc.nat({ max: 25 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const property = fc.asyncProperty(steps, async (history) => {
      const exports = createMemoryObjectStore();
      const sent: ProfileDelivery[] = [];
      const expected = new Map<string, string>();
      const send = (body: ProfileDelivery, id: string) => createFile({ exports })(sqsEvent([{ id, body }]));
      for (const [index, { segment, person, repeats, crash }] of history.entries()) {
        const now = NOON + index * 12 * HOUR;
        const key = `C${person}/${segment}`;
        const status = expected.get(key) === 'realized' ? 'exited' : 'realized';
        expected.set(key, status);
        const body = profileDelivery({
          destinationId: 'crm-export',
          revision: index,
          decidedAt: now - HOUR,
          identities: [identity('CRMID', `C${person}`)],
          changes: [{ ...entered(segment), status }],
        });
        sent.push(body);
        await send(body, `m${index}`);
        for (const [n, repeat] of repeats.entries()) await send(sent[repeat % sent.length]!, `r${index}-${n}`);
        await runExport(withFaults(exports, crashAt(crash, index % 2 ? 'before' : 'after')), { at: now }, now).catch(
          () => undefined,
        );
      }
      await runExport(exports, { at: NOON + history.length * 12 * HOUR });
      const found = await readAll(exports, 'crm-export/');
      expect(Object.fromEntries([...found].sort())).toEqual(Object.fromEntries([...expected].sort()));
    });
    await fc.assert(property, runs(0.3, 60));
  });
});
