import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { fileSource } from '#cli/ingest/file-source.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { type ReplayResult, replay } from '#cli/replay/replay.ts';
import { unionsOf } from '#core/catalog/checks/union.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { segmentDefinition } from '#core/segmentation/definition.ts';
import { problemsIn } from '#core/segmentation/pql/check/mistakes.ts';
import { LUMA, LUMA_CATALOG, LUMA_FILES, luma, lumaExpected } from '#tests/harness/luma/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { size } from '#tests/harness/runs.ts';
import { type Audience, OMNICHANNEL, ONLINE } from './luma-audiences.ts';
import { type LumaPerson, lumaDevices, lumaPersons } from './luma-persons.ts';

type Audiences = Readonly<Record<string, Audience>>;

/** Replays files under the catalog with other audiences in place of its own. */
async function membersOf(audiences: Audiences, datasets: readonly (keyof typeof LUMA_FILES)[]): Promise<ReplayResult> {
  const own = await loadCatalogFolder(LUMA_CATALOG, {});
  const segments = Object.entries(audiences).map(([id, { pql }]) =>
    segmentDefinition.parse({ id, name: id, expression: { type: 'PQL', format: 'pql/text', value: pql } }),
  );
  const unions = unionsOf(own);
  const problems = segments.flatMap((segment) =>
    problemsIn(segment.expression.value, unions, new Set(Object.keys(audiences))).map((error) => error.render()),
  );
  expect(problems).toEqual([]);
  const catalog = compileCatalog({ ...own, segments, destinations: [] });
  const now = Date.parse(lumaExpected().now);
  const inputs = await Promise.all(
    datasets.map(async (dataset, index) => {
      const ingestionId = { receivedAt: now, firstTieBreaker: index * 100_000 };
      const source = await fileSource(join(LUMA, LUMA_FILES[dataset]));
      return { name: dataset, ...(await readInput(source, dataset, catalog, ingestionId)) };
    }),
  );
  return (await replay({ catalog, inputs, now, ingestionMethod: 'mixed', seed: 5 })).result;
}

function expectedMembers(audiences: Audiences, people: readonly LumaPerson[]): Record<string, string[]> {
  const now = Date.parse(lumaExpected().now);
  const present = people
    .filter(({ customer }) => customer?.optOut !== 'out')
    .map((person) => ({ ...person, events: person.events.filter(({ time }) => time <= now) }));
  return Object.fromEntries(
    Object.keys(audiences).map((id) => [
      id,
      present
        .filter((person) => {
          const isIn = (other: string): boolean => audiences[other]!.is(person, now, isIn);
          return isIn(id);
        })
        .map(({ key }) => key)
        .sort(),
    ]),
  );
}

/** Audiences that are not among the shown answers, worked out a second time without the platform. */
describeOutside(luma, 'other audiences on the real data', () => {
  const omnichannel = [
    'omnichannel',
    OMNICHANNEL,
    lumaPersons,
    ['web-events', 'logins', 'customers', 'store-orders', 'regions'],
  ] as const;
  const online = ['online', ONLINE, lumaDevices, ['web-events']] as const;

  describe.each(size<readonly (typeof omnichannel | typeof online)[]>([omnichannel], [online, omnichannel]))(
    '%s',
    (_, audiences: Audiences, people, datasets) => {
      let result: ReplayResult;
      let expected: Record<string, string[]>;

      beforeAll(async () => {
        result = await membersOf(audiences, datasets);
        expected = expectedMembers(audiences, people());
      });

      it.each(Object.keys(audiences))('%s', (id) => {
        expect(expected[id]!.length, 'an audience that says something').toBeGreaterThan(0);
        expect(expected[id]!.length).toBeLessThan(result.profiles);
        expect([...result.segments[id]!.members].sort()).toEqual(expected[id]);
      });
    },
  );
});
