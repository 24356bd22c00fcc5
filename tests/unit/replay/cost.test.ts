import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { fileSource } from '#cli/ingest/file-source.ts';
import { type CostBatch, countCost } from '#cli/replay/cost/cost-run.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { replay } from '#cli/replay/replay.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import type { StageSettings } from '#core/catalog/stage-settings.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { segmentSet } from '#tests/harness/core/segments.ts';
import { LUMA, LUMA_CATALOG, LUMA_FILES, luma } from '#tests/harness/luma/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { size } from '#tests/harness/runs.ts';

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

const streamed = (...records: readonly AcceptedRecord[]): CostBatch => ({ ingestionMethod: 'stream', records });
const cost = (batches: readonly CostBatch[], together = false) => countCost(batches, { settings, now: NOW, together });
const visit = (n: number, entity: object, who = 1) => event(NOW - n * 1_000, [ecid(who)], { n, ...entity });

describe('what records cost', () => {
  it('is, for a visitor nobody knows: one read, the profile, the event, and the books of the batch', async () => {
    const { perEvent } = await cost([streamed(visit(1, { noise: true }))]);
    expect(perEvent).toEqual({ reads: 1, writes: 3, readUnits: 1, writeUnits: 3 });
  });

  it('is one write for an event of somebody known that no segment looks at', async () => {
    const [first, second] = [visit(1, { noise: true }), visit(2, { noise: true })];
    const one = await cost([streamed(first)]);
    const { perEvent } = await cost([streamed(first, second)]);
    // Both events share the books of the batch.
    expect(2 * perEvent.writes - one.perEvent.writes).toBe(1);
    expect(2 * perEvent.reads - one.perEvent.reads).toBe(1);
  });

  it('is less when events of one person share reads and writes', async () => {
    const batch = streamed(...[1, 2, 3, 4].map((n) => visit(n, {})));
    const [worst, shared] = [await cost([batch]), await cost([batch], true)];
    expect(shared.perEvent.writes).toBeLessThan(worst.perEvent.writes);
    expect(shared.usdPerMillionEvents).toBeLessThan(worst.usdPerMillionEvents);
  });

  it('counts a transaction twice: a login that joins a device to a customer', async () => {
    const login = event(NOW, ['CRMID:ann', ecid(1)], { noise: true });
    const { perEvent } = await cost([streamed(login)]);
    // The event and the books, and two items in a transaction.
    expect(perEvent).toMatchObject({ writes: 4, writeUnits: 2 + 2 * 2 });
  });

  it('leaves out Kinesis for files', async () => {
    const { byService } = await cost([{ ingestionMethod: 'file', records: [visit(1, {})] }]);
    expect(byService.kinesis).toBe(0);
    expect(byService.s3).toBeGreaterThan(0);
  });

  it('is nothing for nothing', async () => {
    expect((await cost([])).usdPerMillionEvents).toBe(0);
  });
});

describeOutside(luma, 'what the real web events cost', () => {
  it('stays within the budget of 1.50 dollars a million, though no two of a batch are of one person', async () => {
    const catalog = compileCatalog(await loadCatalogFolder(LUMA_CATALOG, {}));
    const now = Date.parse('2018-12-18T00:00:00Z');
    const source = await fileSource(join(LUMA, LUMA_FILES['web-events']));
    const all = await readInput(source, 'web-events', catalog, { receivedAt: now, firstTieBreaker: 0 });
    const records = all.records.slice(0, size(1_500, all.records.length));
    const { result } = await replay({
      catalog,
      inputs: [{ name: 'web-events', records }],
      now,
      ingestionMethod: 'stream',
      seed: 1,
      withCost: true,
    });
    expect(result.cost!.worstCase.usdPerMillionEvents).toBeLessThan(1.5);
    expect(result.cost!.worstCase.usdPerMillionEvents).toBeGreaterThan(0.9);
    expect(result.cost!.asReplayed.usdPerMillionEvents).toBeLessThan(result.cost!.worstCase.usdPerMillionEvents);
  });
});
