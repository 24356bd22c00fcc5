import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '#core/api/management/caller.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import { ANYBODY } from '#tests/harness/management/management.ts';
import { addToCart, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { createRejectedRecords } from '#tests/harness/platform/rejected-records.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const UPDATED = '2026-01-01T00:00:00Z';
const HEADER = 'crmId,email,tier,updatedAt';
const CANARY = 'canary@example.com';

const may = (...scopes: string[]): Caller => ({ ...ANYBODY, scopes });
const row = (n: number, tier: string): string => `RB-${n},${n}${CANARY},${tier},${UPDATED}`;

describe('rejected records over HTTP', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const datasets = definitions.datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage: 100 }));
    catalog = compileCatalog({ ...definitions, datasets });
    wiring = readWiring(templatesOf('prod'));
  });

  const fed = async (...files: readonly (readonly string[])[]): Promise<Platform> => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (const [i, rows] of files.entries()) {
      await platform.upload(`landing/customers/crm-${i}.csv`, [HEADER, ...rows].join('\n'));
    }
    await platform.poller.run();
    return platform;
  };
  const batchesOf = async ({ stores }: Platform) => Array.fromAsync(stores.operations.batches());
  /** What became of the records of a dataset, by batches and by what was replayed. */
  const countsOf = async (platform: Platform): Promise<Pick<OutcomeCounts, 'accepted' | 'rejected' | 'duplicate'>> => {
    const all = [
      ...(await batchesOf(platform)),
      ...(await Array.fromAsync(platform.stores.counts.streams())).filter((one) => one.datasetId === 'customers'),
    ];
    const sum = (name: 'accepted' | 'rejected' | 'duplicate') => all.reduce((n, { counts }) => n + counts[name], 0);
    return { accepted: sum('accepted'), rejected: sum('rejected'), duplicate: sum('duplicate') };
  };

  it('are listed with their reasons, and with nothing of what they contain', async () => {
    const platform = await fed([row(1, 'gold'), row(2, 'platinum'), row(3, 'diamond')], [row(4, 'platinum')]);
    const { call, reads } = createRejectedRecords(platform, catalog);
    const { status, body } = await call('GET', '/rejected?dataset=customers');
    expect(status).toBe(200);
    expect(body.rejected.map(({ row: number }: { row: number }) => number)).toEqual([2, 3, 1]);
    expect(body.rejected[0].rejections).toMatchObject([{ code: 'schema-violation', pointer: '/loyalty/tier' }]);
    const reasons = await call('GET', '/rejected/reasons?dataset=customers');
    expect(reasons.body).toMatchObject({
      groups: [{ pointer: '/loyalty/tier', records: 3 }],
      records: 3,
      isWhole: true,
    });
    expect(JSON.stringify([body, reasons.body])).not.toContain(CANARY);
    const [first] = await batchesOf(platform);
    const ofBatch = await call('GET', `/rejected?batch=${first!.id}`);
    expect(ofBatch.body.rejected.length).toBe(first!.counts.rejected);
    expect((await call('GET', '/rejected?reason=malformed')).body).toEqual({ rejected: [] });
    expect((await call('GET', '/rejected?batch=unknown')).status).toBe(404);
    expect(await reads()).toEqual([]);
  });

  it('are shown to those who may read profiles, after it is written down who saw them', async () => {
    const platform = await fed([row(1, 'platinum')]);
    const { call, actAs, reads, deps } = createRejectedRecords(platform, catalog);
    const [one] = (await call('GET', '/rejected')).body.rejected;
    for (const caller of [may('operate', 'ingest:*'), may('profile:read:C2')]) {
      actAs(caller);
      for (const address of [`/rejected/${one.reference}`, '/rejected/export']) {
        const denied = await call('GET', address);
        expect(denied.status).toBe(403);
        expect(JSON.stringify(denied.body)).not.toContain(CANARY);
      }
    }
    expect(await reads()).toEqual([]);
    actAs(may('profile:read'));
    const shown = await call('GET', `/rejected/${one.reference}`);
    expect(shown.body).toMatchObject({
      raw: row(1, 'platinum'),
      header: HEADER.split(','),
      cells: row(1, 'platinum').split(','),
    });
    const exported = await call('GET', '/rejected/export');
    expect(JSON.parse(exported.body.lines)).toMatchObject({ id: one.id, raw: row(1, 'platinum'), header: HEADER });
    expect(await reads()).toMatchObject([
      { what: 'rejected-records', records: [one.id], found: 1 },
      { what: 'rejected-records', records: [one.id], found: 1 },
    ]);
    expect(JSON.stringify(await reads())).not.toContain(CANARY);
    const silent = { ...deps, readLog: { append: () => Promise.reject(new Error('no room')) } };
    Object.assign(deps, silent);
    await expect(call('GET', `/rejected/${one.reference}`)).rejects.toThrow('no room');
  });

  it('are tried without a trace, then ingested in their place, and the counts of their dataset move', async () => {
    const platform = await fed([row(1, 'gold'), row(2, 'platinum'), row(3, 'diamond')]);
    const { call } = createRejectedRecords(platform, catalog);
    const [two, three] = (await call('GET', '/rejected')).body.rejected;
    const before = await countsOf(platform);
    const records = [
      { reference: two.reference, raw: row(2, 'silver') },
      { reference: three.reference, raw: row(3, 'amber') },
    ];
    const tried = await call('POST', '/rejected/validate', { records });
    expect(tried.body.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['accepted', 'rejected']);
    expect(await countsOf(platform)).toEqual(before);
    const replayed = await call('POST', '/rejected/replay', { records });
    expect(replayed.body).toMatchObject({ accepted: 1, duplicate: 0, rejected: 1, unknown: 0 });
    expect(replayed.body.left).toMatchObject([{ reference: three.reference }]);
    expect(await countsOf(platform)).toEqual({
      ...before,
      accepted: before.accepted + 1,
      rejected: before.rejected - 1,
    });
    expect((await platform.quarantined()).map(({ raw }) => raw)).toEqual([row(3, 'diamond')]);
    const again = await call('POST', '/rejected/replay', { records: records.slice(0, 1) });
    expect(again.body).toMatchObject({ accepted: 0, duplicate: 0, unknown: 1 });
  });

  it('are of the dataset that a corrected message says, which its sender must be allowed to send', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    platform.collect(enveloped('web-event', addToCart(1, START - 1_000)));
    await platform.poller.run();
    const { call, actAs } = createRejectedRecords(platform, catalog);
    const [one] = (await call('GET', '/rejected')).body.rejected;
    const raw = enveloped('web-events', addToCart(1, START - 1_000));
    actAs(may('ingest:customers', 'ingest:web-event'));
    for (const verb of ['validate', 'replay']) {
      const answer = await call('POST', `/rejected/${verb}`, { records: [{ reference: one.reference, raw }] });
      expect(answer.status).toBe(403);
    }
    expect(await platform.quarantined()).toHaveLength(1);
    actAs(may('ingest:web-events'));
    const replayed = await call('POST', '/rejected/replay', { records: [{ reference: one.reference, raw }] });
    expect(replayed.body).toMatchObject({ accepted: 1 });
  });

  it('are listed page by page: each once, whatever the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        async (files, limit) => {
          const rows = files.map((count, file) =>
            Array.from({ length: count }, (_, i) => row(file * 10 + i, 'platinum')),
          );
          const platform = await fed(...rows);
          const { call } = createRejectedRecords(platform, catalog);
          const found: string[] = [];
          let start = '';
          do {
            const { body } = await call('GET', `/rejected?limit=${limit}${start === '' ? '' : `&start=${start}`}`);
            expect(body.rejected.length).toBeLessThanOrEqual(limit);
            found.push(...body.rejected.map(({ reference }: { reference: string }) => reference));
            start = body.next ?? '';
          } while (start !== '');
          const all = files.reduce((sum, count) => sum + count, 0);
          expect([found.length, new Set(found).size]).toEqual([all, all]);
        },
      ),
      runs(0.02, 8),
    );
  });

  it('that two people replay at the same time are ingested and counted once each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('one', 'other', 'both', 'nobody'), fc.boolean()), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.scheduler(),
        async (plan, scheduler) => {
          const platform = await fed(plan.map((_, i) => row(i, 'platinum')));
          const intercept = <T extends object>(port: T): T =>
            new Proxy(port, {
              get: (target, name) => {
                const member = Reflect.get(target, name) as unknown;
                if (typeof member !== 'function' || ['list', 'entries'].includes(String(name))) return member;
                return async (...given: unknown[]) => {
                  await scheduler.schedule(Promise.resolve(), String(name));
                  return Reflect.apply(member, target, given) as unknown;
                };
              },
            });
          const { call } = createRejectedRecords(platform, catalog, intercept);
          const before = await countsOf(platform);
          const listed = await scheduler.waitFor(call('GET', '/rejected'));
          const referenceOf = (i: number): string =>
            listed.body.rejected.find((one: { row: number }) => one.row === i + 1).reference;
          const replayBy = (who: string) => {
            const records = plan.flatMap(([by, isFixed], i) =>
              by === who || by === 'both'
                ? [{ reference: referenceOf(i), raw: row(i, isFixed ? 'gold' : 'amber') }]
                : [],
            );
            return records.length > 0 ? call('POST', '/rejected/replay', { records }) : Promise.resolve(undefined);
          };
          const answers = await scheduler.waitFor(Promise.all([replayBy('one'), replayBy('other')]));
          for (const answer of answers) expect(answer?.status ?? 200).toBe(200);
          const fixed = plan.filter(([by, isFixed]) => by !== 'nobody' && isFixed).length;
          const counts = await countsOf(platform);
          expect(counts.rejected).toBe(before.rejected - fixed);
          expect(counts.accepted + counts.duplicate).toBe(before.accepted + before.duplicate + fixed);
          expect(await platform.quarantined()).toHaveLength(plan.length - fixed);
        },
      ),
      runs(0.05, 15),
    );
  });

  it.each([
    'x',
    'reasons',
    Buffer.from('dataset=x/y\nz').toString('base64url'),
    Buffer.from('../catalog\nz').toString('base64url'),
  ])('have references of their own: %s is none', async (reference) => {
    const { call } = createRejectedRecords(await fed([row(1, 'platinum')]), catalog);
    const answer = await call('POST', '/rejected/replay', { records: [{ reference }] });
    expect(answer.status === 400 || answer.body.unknown === 1).toBe(true);
  });
});
