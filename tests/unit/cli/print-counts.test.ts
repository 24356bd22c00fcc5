import { expect, it } from 'vitest';
import { printCounts, printSizes } from '#cli/report/print-counts.ts';
import { inSeries } from '#core/counts/counters.ts';
import { writeOutcomes } from '#core/counts/outcomes.ts';
import { SERIES } from '#core/counts/series.ts';
import { sizesOf, stageCounts } from '#core/counts/stage-counts.ts';
import { NO_COUNTS } from '#core/pipeline/counts.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { exampleCatalog } from '#tests/harness/platform/example.ts';

const AT = Date.parse('2026-03-01T10:00:00Z');

it('shows what a stage contains by its counters, and nothing of what has left the catalog', async () => {
  const catalog = await exampleCatalog();
  const counts = new MemoryCountStore();
  const records = writeOutcomes({ ...NO_COUNTS, accepted: 1_234, rejected: 2, rejections: { 'too-deep': 2 } });
  await counts.adjust(inSeries(SERIES.profiles, { all: 20, known: 15, anonymous: 5 }));
  await counts.adjust(inSeries(SERIES.audiences('gold-and-silver'), { 'gold-and-silver': 7 }));
  await counts.adjust(inSeries(SERIES.audiences('gone'), { gone: 9 }));
  await counts.adjust(inSeries(SERIES.records('stream', 'logins'), records));
  await counts.adjust(
    inSeries(SERIES.records('replay', 'logins'), { accepted: 1, rejected: -1, 'rejection:too-deep': -1 }),
  );
  await counts.adjust(
    inSeries(SERIES.destination('webhook'), { 'members:gold-and-silver': 7, 'excluded:noAcceptedIdentity': 3 }),
  );
  await counts.adjust(
    inSeries(SERIES.destination('audience-manager'), {
      'route:gold-and-silver|edge:6': 4,
      'route:gold-and-silver|hub': 2,
    }),
  );
  const read = await stageCounts(
    {
      segments: [...catalog.segmentDefinitions.keys()],
      destinations: [...catalog.destinations.keys()],
      datasets: [...catalog.datasets.keys()],
    },
    { counts, now: () => AT },
  );
  expect(read.audiences).not.toHaveProperty('gone');
  expect(read.destinations['audience-manager']?.devices).toEqual({ 'gold-and-silver': { edge: { 6: 4 }, hub: 2 } });
  const shown = printCounts(read, catalog);
  expect(shown).toContain('20 profiles: 15 known, 5 anonymous');
  expect(shown).toMatch(/logins +1,235 +1 +0 +too-deep 1/);
  expect(shown).toMatch(/gold-and-silver .* 7\n/);
  expect(shown).toMatch(/webhook +http +7 +0 +noAcceptedIdentity 3/);
  expect(shown).toMatch(/gold-and-silver +6: 4 +2/);
  expect(shown).toContain('2026-03-01T10:00:00.000Z, by the counters');
  expect(shown).not.toMatch(/undefined|NaN/);
});

it('shows how large an audience was, and by how much it changed', () => {
  const at = (hours: number, members?: number) => ({
    asOf: AT + hours * 3_600_000,
    profiles: { all: 0, known: 0, anonymous: 0 },
    audiences: members === undefined ? ({} as Record<string, number>) : { gold: members },
    destinations: {},
    records: {},
  });
  const sizes = sizesOf('gold', [at(0, 10), at(1), at(2, 1_510), at(3, 1_500)]);
  expect(sizes.map(({ members }) => members)).toEqual([10, 1_510, 1_500]);
  expect(printSizes(sizes)).toMatch(
    /10:00:00.000Z +10\n.*12:00:00.000Z +1,510 +\+1,500\n.*13:00:00.000Z +1,500 +-10\n/,
  );
  expect(printSizes(sizesOf('constructor', [at(0, 10)]))).toContain('nothing was counted');
});
