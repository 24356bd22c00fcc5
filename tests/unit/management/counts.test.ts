import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { countedIn } from '#core/api/counts/now.ts';
import { COUNT_ROUTES } from '#core/api/counts/routes.ts';
import { OVERVIEW_ROUTES } from '#core/api/overview/routes.ts';
import { writeOutcomes } from '#core/counts/outcomes.ts';
import { SERIES } from '#core/counts/series.ts';
import { stageCounts } from '#core/counts/stage-counts.ts';
import { NO_COUNTS } from '#core/pipeline/counts.ts';
import { MemoryCountHistory } from '#tests/harness/core/count-history.memory.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { createManagement, NOW } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const HOUR = 3_600_000;
const GOLD = 'gold-and-silver';

/** A stage that has counted for five hours: an audience that grows by ten an hour. */
async function counting({ isComplete = true } = {}) {
  const catalog = await exampleDefinitions();
  const [counts, countHistory] = [new MemoryCountStore(), new MemoryCountHistory()];
  const management = createManagement(catalog, { counts, countHistory });
  if (isComplete) await counts.markComplete({ profiles: NOW - 6 * HOUR, records: NOW - 6 * HOUR });
  for (let hour = 5; hour >= 1; hour--) {
    await counts.adjust({
      [SERIES.profiles]: { all: 20, known: 15, anonymous: 5 },
      [SERIES.audiences(GOLD)]: { [GOLD]: 10 },
      [SERIES.records('stream', 'logins')]: writeOutcomes({
        ...NO_COUNTS,
        accepted: 30,
        rejected: 2,
        duplicate: 1,
        rejections: { 'invalid-date': 2 },
      }),
      [SERIES.records('batch', 'customers')]: { accepted: 7, 'batches:success': 1 },
      [SERIES.destination('webhook')]: {
        [`members:${GOLD}`]: 9,
        exits: 1,
        'excluded:noAcceptedIdentity': 1,
        unsent: 0,
      },
    });
    await countHistory.write(await stageCounts(countedIn(catalog), { counts, now: () => NOW - hour * HOUR }));
  }
  await counts.adjust({ [SERIES.audiences(GOLD)]: { [GOLD]: 1 } });
  return { management, counts, countHistory };
}

/** The body, once it has been found to be exactly what the route says. */
function exactly(routes: typeof COUNT_ROUTES, path: string, body: unknown): unknown {
  const shape = routes.find((one) => one.path === path)!.answer as z.ZodObject;
  return z.strictObject(shape.shape).parse(body);
}

describe('counts of a stage over HTTP', () => {
  it('are what the counters have, with the instant at which they were read', async () => {
    const { management } = await counting();
    const { status, body } = await management.call('GET', '/tributary/counts');
    expect(status).toBe(200);
    exactly(COUNT_ROUTES, '', body);
    expect(body).toMatchObject({
      asOf: expect.stringMatching(/^2026-03-01T/),
      completeSince: { profiles: '2026-02-28T18:00:00.000Z' },
      profiles: { all: 100, known: 75, anonymous: 25 },
      audiences: { [GOLD]: 51 },
      destinations: { webhook: { members: { [GOLD]: 45 }, exits: 5, excluded: { noAcceptedIdentity: 5 }, unsent: 0 } },
      records: {
        logins: { stream: { accepted: 150, rejected: 10, duplicate: 5, rejections: { 'invalid-date': 10 } } },
        customers: { batch: { accepted: 35 }, batches: { success: 5 } },
      },
    });
    const overview = (await management.call('GET', '/tributary/overview')).body;
    exactly(OVERVIEW_ROUTES, '', overview);
    expect({ ...overview.counts, asOf: '' }).toEqual({ ...body, asOf: '' });
  });

  it('of audiences are told as AEP tells them, and only once everybody has been counted', async () => {
    const { management } = await counting();
    const { body } = await management.call('GET', `/data/core/ups/audiences/${GOLD}`);
    expect(body.metrics).toEqual({
      type: 'export',
      jobId: '',
      id: '',
      data: { totalProfiles: 51, totalProfilesByMergePolicy: { [body.mergePolicyId]: 51 } },
      createEpoch: Math.floor(NOW / 1_000),
      updateEpoch: Math.floor(NOW / 1_000),
      asOf: expect.any(String),
    });
    const list = (await management.call('GET', '/data/core/ups/audiences')).body;
    expect(list.children.find(({ id }: { id: string }) => id === GOLD).metrics.data).toEqual(body.metrics.data);
    const upgraded = (await counting({ isComplete: false })).management;
    expect((await upgraded.call('GET', `/data/core/ups/audiences/${GOLD}`)).body.metrics.data).toEqual({});
  });

  it('read the counters of audiences alone where audiences are asked for', async () => {
    const { management, counts } = await counting();
    const read: string[] = [];
    const totals = counts.totals.bind(counts);
    counts.totals = (series) => {
      read.push(...series);
      return totals(series);
    };
    await management.call('GET', `/tributary/counts/audiences/${GOLD}`);
    expect(read).toEqual([SERIES.audiences(GOLD)]);
  });

  it('have a history: hour by hour or day by day, of one audience, of all, and of the stage', async () => {
    const { management } = await counting();
    const one = await management.call('GET', `/tributary/counts/audiences/${GOLD}?every=hour`);
    exactly(COUNT_ROUTES, '/audiences/{id}', one.body);
    expect(one.body).toMatchObject({ id: GOLD, members: 51, every: 'hour' });
    expect(one.body.sizes.map(({ members }: { members: number }) => members)).toEqual([10, 20, 30, 40, 50]);
    expect(one.body.sizes[0].at).toBe('2026-02-28T19:00:00.000Z');

    const all = await management.call('GET', '/tributary/counts/audiences');
    exactly(COUNT_ROUTES, '/audiences', all.body);
    expect(all.body.times).toEqual(['2026-02-28T23:00:00.000Z']);
    expect(all.body.audiences[GOLD]).toEqual({ members: 51, sizes: [50] });

    const stage = await management.call('GET', '/tributary/counts/history?every=hour&dataset=logins');
    exactly(COUNT_ROUTES, '/history', stage.body);
    expect(stage.body.points.at(-1)).toEqual({
      asOf: '2026-02-28T23:00:00.000Z',
      profiles: { all: 100, known: 75, anonymous: 25 },
      records: {
        stream: { accepted: 150, rejected: 10, duplicate: 5 },
        batch: { accepted: 0, rejected: 0, duplicate: 0 },
        replay: { accepted: 0, rejected: 0, duplicate: 0 },
      },
    });
    expect(
      (await management.call('GET', '/tributary/counts/history?every=hour')).body.points[0].records.batch.accepted,
    ).toBe(7);
  });

  it('have no size of the hour or day that goes on: that is what there is now', async () => {
    const { management, counts, countHistory } = await counting();
    const { catalog } = await management.definitions.active();
    await countHistory.write(await stageCounts(countedIn(catalog), { counts, now: () => NOW }));
    for (const every of ['hour', 'day']) {
      const { body } = await management.call('GET', `/tributary/counts/audiences/${GOLD}?every=${every}`);
      expect(body.sizes.at(-1)).toEqual({ at: '2026-02-28T23:00:00.000Z', members: 50 });
      expect(body.members).toBe(51);
    }
  });

  it('say what is wrong with a period, and that there is no such audience', async () => {
    const { management } = await counting();
    const ask = async (query: string) => (await management.call('GET', `/tributary/counts/history?${query}`)).status;
    expect(await ask('from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z')).toBe(400);
    expect(await ask('every=hour&from=2025-02-01T00:00:00Z')).toBe(400);
    expect(await ask('every=week')).toBe(400);
    expect(await ask('from=yesterday')).toBe(400);
    expect((await management.call('GET', '/tributary/counts/audiences/nobody')).status).toBe(404);
    expect((await management.call('GET', '/tributary/counts/audiences/__proto__')).status).toBe(404);
  });

  it('of the stage need the scope of those who operate it; those of audiences do not', async () => {
    const { management } = await counting();
    management.actAs({ id: 'marketer', name: 'Marketer', kind: 'client', scopes: ['audience:write'] });
    expect((await management.call('GET', '/tributary/counts')).status).toBe(403);
    expect((await management.call('GET', '/tributary/counts/history')).status).toBe(403);
    expect((await management.call('GET', `/tributary/counts/audiences/${GOLD}`)).status).toBe(200);
  });
});
