import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ASSUMED, PROD } from '#cli/replay/cost/assumptions.ts';
import { type CostedMethod, costOfWork, singly } from '#cli/replay/cost/cost-run.ts';
import { COST_RATES, costTable, servicesTable, totalsTable } from '#cli/replay/cost/cost-table.ts';
import { countWork } from '#cli/replay/cost/count-work.ts';
import { projectRoot } from '#cli/root.ts';
import type { StageSettings } from '#core/catalog/stage-settings.ts';
import { PRICES } from '#core/cost/prices.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { costOfGeneratedEvents } from '#tests/bench/web-cost.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { segmentSet } from '#tests/harness/core/segments.ts';
import { sectionsOf } from '#tests/harness/documents/markdown.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');

/** Rules under which no segment looks at an event named `noise`. */
const settings = {
  fold: foldSettings({ projectEvent: (entity) => (entity.noise ? undefined : { ...entity }) }),
  evaluation: {
    ...profileSettings,
    segments: segmentSet({ buyers: ({ xEvent }) => xEvent.some(({ entity }) => entity.bought === true) }),
    mappedAttributes: () => undefined,
  },
  route: { ...profileSettings, destinations: new Map() },
} as unknown as StageSettings;

const visit = (n: number, entity: object, who = 1) => event(NOW - n * 1_000, [ecid(who)], { n, ...entity });
const work = (...parts: readonly (readonly AcceptedRecord[])[]) => countWork(parts, { settings, now: NOW });

describe('what records ask of tables', () => {
  it('is, for a visitor nobody knows: one read, the profile, and the event', async () => {
    const { usage } = await work([visit(1, { noise: true })]);
    expect(usage).toMatchObject({ reads: 1, writes: 2, readUnits: 1, writeUnits: 2 });
  });

  it('is one write for an event of somebody known that no segment looks at', async () => {
    const [first, second] = [visit(1, { noise: true }), visit(2, { noise: true })];
    const [one, both] = [await work([first]), await work([first], [second])];
    expect(both.usage.writes - one.usage.writes).toBe(1);
    expect(both.usage.reads - one.usage.reads).toBe(1);
  });

  it('is less when events of one person share reads and writes', async () => {
    const records = [1, 2, 3, 4].map((n) => visit(n, {}));
    const [apart, together] = [await work(...singly(records)), await work(records)];
    expect(together.usage.writes).toBeLessThan(apart.usage.writes);
    expect(together.usage.reads).toBeLessThan(apart.usage.reads);
  });

  it('counts a transaction twice: a login that joins a device to a customer', async () => {
    const { usage } = await work([event(NOW, ['CRMID:ann', ecid(1)], { noise: true })]);
    // The event, and two items in a transaction.
    expect(usage).toMatchObject({ writes: 3, writeUnits: 1 + 2 * 2 });
  });

  it('is also what stays on timelines: more than the text of it packed, and less than it all', async () => {
    const { timelineKb, jsonKb } = await work([visit(1, { text: 'abc '.repeat(2_000) })]);
    expect(timelineKb).toBeGreaterThan(0.1);
    expect(timelineKb).toBeLessThan(jsonKb);
  });
});

describe('what records cost at a rate', () => {
  const records = [1, 2, 3, 4, 5, 6].map((n) => visit(n, { bought: n > 3 }, n));
  const costs = async (method: CostedMethod) => {
    const counted = await work(...singly(records));
    return COST_RATES.map((eventsPerSecond) => costOfWork(counted, { method, eventsPerSecond }));
  };

  it('falls as more come, by whatever way: calls, objects and counters are shared', async () => {
    for (const method of ['kinesis', 'http', 'http-batches', 'edge', 'files'] as const) {
      const totals = (await costs(method)).map(({ usdPerMillionEvents }) => usdPerMillionEvents);
      expect(totals).toEqual(totals.toSorted((x, y) => y - x));
      expect(new Set(totals).size).toBeGreaterThan(2);
    }
  });

  it('leaves out Kinesis for files, and the HTTP API for what does not come through it', async () => {
    const [edge, files, http, batches, kinesis] = await Promise.all(
      (['edge', 'files', 'http', 'http-batches', 'kinesis'] as const).map(
        async (method) => (await costs(method))[1]!.byService,
      ),
    );
    expect(files).toMatchObject({ kinesis: 0, http: 0 });
    expect(kinesis!.http).toBe(0);
    expect(http!.http).toBe(1);
    expect(edge!.http).toBe(1);
    expect(edge!.dynamodb - http!.dynamodb).toBeCloseTo(0.5);
    expect(batches!.http).toBeCloseTo(0.01);
    for (const byService of [edge, http, batches]) expect(byService!.kinesis).toBe(kinesis!.kinesis);
  });

  it('has one object of the lake and one counter a call at the least, and one for each dataset', async () => {
    const [slow] = await costs('kinesis');
    const two = records.map((record, n) => ({ ...record, datasetId: n % 2 === 0 ? 'a' : 'b' }));
    const mixed = await work(...singly(two));
    const busy = { method: 'kinesis', eventsPerSecond: 10_000 } as const;
    expect(slow!.byService.s3).toBeGreaterThan(4.8);
    expect(slow!.byService.s3).toBeLessThan(5);
    expect(costOfWork(mixed, busy).byService.s3).toBeCloseTo(2 * (await costs('kinesis')).at(-1)!.byService.s3, 2);
  });

  it('is nothing for nothing', async () => {
    expect(await costTable([], { settings, now: NOW })).toEqual([]);
  });
});

describe('docs/cost.md', () => {
  it('has the very figures that the code comes to', async () => {
    const rows = await costOfGeneratedEvents();
    const page = readFileSync(join(projectRoot, 'docs', 'cost.md'), 'utf8');
    for (const table of [totalsTable(rows), servicesTable(rows, 'kinesis'), servicesTable(rows, 'files')]) {
      expect(page, 'run `npm run bench -- cost` and copy its tables').toContain(table);
    }
  });

  it('has the very prices that the code goes by', () => {
    const page = readFileSync(join(projectRoot, 'docs', 'cost.md'), 'utf8');
    const prices = sectionsOf(page).find(({ title }) => title === 'Prices')!.text;
    for (const [name, price] of Object.entries(PRICES)) {
      const row = prices.split('\n').find((line) => line.includes(`\`${name}\``));
      expect(row, name).toBeDefined();
      expect(Number(/([\d.]+(?:e-\d+)?) \|$/.exec(row!)?.[1]), name).toBeCloseTo(price * scaleOf(name), 10);
    }
  });

  it('names what is assumed, as it is', () => {
    const assumed = sectionsOf(readFileSync(join(projectRoot, 'docs', 'cost.md'), 'utf8')).find(
      ({ title }) => title === 'What is assumed',
    )!.text;
    for (const [name, value] of Object.entries({ ...PROD, ...ASSUMED })) {
      expect(assumed, name).toMatch(new RegExp(`\\| \`${name}\` +\\| +${value.toLocaleString('en-US')} +\\|`));
    }
  });
});

/** Prices of the page are by the million, for calls and units. */
const scaleOf = (name: string): number => (/Gb/.test(name) ? 1 : 1e6);
