import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createHandler as createFile } from '#lambdas/functions/deliver-s3-file/handler.ts';
import { createHandler as createExport, type ExportSummary } from '#lambdas/functions/export-files/handler.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import { runs } from '#tests/harness/runs.ts';
import { catalogOf, entered, exited, fakeMetrics, HOUR, identity, profileDelivery, sqsEvent } from './factories.ts';
import { applyCsv, type LastRouted } from './read-files.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const FILES = { identity: 'CRMID', attributes: ['segmentMembership.status'], schedule: 'hourly' };
const CATALOG = catalogOf(
  {
    id: 'partner',
    type: 'sftp',
    host: 'sftp.example.com',
    user: 'tributary',
    hostKeys: ['SHA256:1VUXrFVy8vRsLLcEUDHkGqHGCUeHVmzUXKTnbVGB3vQ'],
    ...FILES,
  },
  { id: 'own', type: 's3-file', ...FILES },
  {
    id: 'fixed',
    type: 's3-file',
    fileName: 'audience',
    bucket: 'bucket-of-partner',
    roleArn: 'arn:aws:iam::111122223333:role/tributary-files',
    ...FILES,
  },
);

/** A stage whose files for `partner` go to a receiver that may be away, before or after it has taken a file. */
function world() {
  const exports = createMemoryObjectStore();
  const received: { readonly name: string; readonly text: string }[] = [];
  let message = 0;
  const run = (at: number, fault: () => Fault): Promise<unknown> =>
    createExport({
      catalog: CATALOG,
      exports: withFaults(exports, () => 'none'),
      evaluations: { latest: async () => ({}) },
      runStatistics: new MemoryRunStatistics(),
      metrics: fakeMetrics().metrics,
      now: () => at,
      newId: () => `${at} ${message++}`,
      receive: withFaults(
        {
          async put(id: string, target: object, { name, bytes }: { name: string; bytes: Uint8Array }): Promise<void> {
            expect([id, target]).toEqual(['partner', expect.objectContaining({ kind: 'sftp', folder: '.' })]);
            received.push({ name, text: new TextDecoder().decode(bytes) });
          },
        },
        fault,
      ).put,
    })({ at });
  return {
    exports,
    received,
    run,
    deliver: (destinationId: string, n: number, isIn: boolean, revision: number) =>
      createFile({ exports })(
        sqsEvent([
          {
            id: `m${message++}`,
            body: profileDelivery({
              destinationId,
              revision,
              decidedAt: NOON + revision,
              identities: [identity('CRMID', `C-${n}`)],
              changes: [isIn ? entered('A1') : exited('A1')],
            }),
          },
        ]),
      ),
  };
}

/** Lets everything happen that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
}

describe('files that go elsewhere', () => {
  it('come again under the same name until the receiver has them; others are exported all the same', async () => {
    const { received, run, deliver, exports } = world();
    await deliver('partner', 1, true, 1);
    await deliver('own', 1, true, 1);
    await expect(run(NOON, () => 'after')).rejects.toThrow('not exported completely: partner');
    expect((await Array.fromAsync(exports.list('own/'))).length).toBe(1);
    await deliver('partner', 2, true, 2);
    await run(NOON + HOUR, () => 'none');
    const names = received.map(({ name }) => name);
    expect(names).toEqual([
      'partner_segmentA1_20260301120000.csv',
      'partner_segmentA1_20260301120000.csv',
      'partner_segmentA1_20260301130000.csv',
    ]);
    expect(received[1]!.text).toBe(received[0]!.text);
    expect(received[2]!.text).not.toContain('C-1,');
    await run(NOON + 2 * HOUR, () => 'none');
    expect(received).toHaveLength(3);
    expect(await Array.fromAsync(exports.list('partner/'))).toEqual([]);
  });

  it('are never replaced by older ones of the same name, however late these arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }),
        async (scheduler, arriving) => {
          const exports = createMemoryObjectStore();
          let there = '';
          let newest = '';
          let ids = 0;
          const run = (at: number) =>
            createExport({
              catalog: CATALOG,
              exports,
              evaluations: { latest: async () => ({}) },
              runStatistics: new MemoryRunStatistics(),
              metrics: fakeMetrics().metrics,
              now: () => at,
              newId: () => `${ids++}`,
              // On its way for as long as it likes.
              receive: async (_id, _target, { bytes }) => {
                await scheduler.schedule(Promise.resolve());
                there = new TextDecoder().decode(bytes);
              },
            })({ at, force: true, laneId: 'fixed' });
          const deliver = (revision: number) =>
            createFile({ exports })(
              sqsEvent([
                {
                  id: `m${revision}`,
                  body: profileDelivery({
                    destinationId: 'fixed',
                    revision,
                    decidedAt: NOON + revision,
                    identities: [identity('CRMID', `C-${revision}`)],
                    changes: [entered('A1')],
                  }),
                },
              ]),
            );
          const running: Promise<unknown>[] = [];
          for (const [i, n] of arriving.entries()) {
            newest = `C-${i + 1},`;
            await deliver(i + 1);
            running.push(run(NOON + i * 1_000), run(NOON + i * 1_000));
            await settle();
            // So many of the files that are on their way arrive before anything else happens.
            for (let left = Math.min(n, scheduler.count()); left > 0; left -= 1) await scheduler.waitNext(1);
            await settle();
          }
          await scheduler.waitFor(Promise.all(running));
          await scheduler.waitFor(run(NOON + HOUR));
          await scheduler.waitAll();
          expect(there).toContain(newest);
        },
      ),
      runs(0.5, 60),
    );
  });

  it('are left to who is at them, until that has ended or cannot be alive any more', async () => {
    const { exports, received, run, deliver } = world();
    await deliver('partner', 1, true, 1);
    await exports.put('delivering/partner.json', JSON.stringify({ until: NOON + 16 * 60_000 }));
    const statusOf = async (at: number) =>
      ((await run(at, () => 'none')) as ExportSummary).lanes.find(({ laneId }) => laneId === 'partner')!.status;
    expect(await statusOf(NOON)).toBe('underWay');
    expect(received).toEqual([]);
    expect(await statusOf(NOON + HOUR)).toBe('exported');
    expect(await Array.fromAsync(exports.list('delivering/'))).toEqual([]);
  });

  it('tell everything, whatever the receiver does', async () => {
    const step = fc.record({ n: fc.nat(3), hours: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 15 }),
        fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { maxLength: 12 }),
        async (steps, planned) => {
          const { received, run, deliver } = world();
          const faults = [...planned];
          const wanted = new Map<string, 'realized' | 'exited'>();
          let at = NOON;
          for (const [revision, { n, hours }] of steps.entries()) {
            const key = `C-${n}/A1`;
            const isIn = wanted.get(key) !== 'realized';
            wanted.set(key, isIn ? 'realized' : 'exited');
            await deliver('partner', n, isIn, revision + 1);
            for (let hour = 0; hour < hours; hour += 1) {
              await run(at, () => faults.shift() ?? 'none').catch(() => undefined);
              at += HOUR;
            }
          }
          await run(at, () => 'none');
          const contents = new Map<string, string>();
          for (const { name, text } of received) {
            expect(contents.get(name) ?? text).toBe(text);
            contents.set(name, text);
          }
          let known: LastRouted = new Map();
          for (const name of [...contents.keys()].sort()) known = applyCsv(known, `x/${name}`, contents.get(name)!);
          expect(known).toEqual(wanted);
        },
      ),
      runs(0.5, 100),
    );
  });
});
