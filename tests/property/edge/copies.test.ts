import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EdgeEntry } from '#core/edge/ports/edge-profile-store.ts';
import { projectItem } from '#core/edge/projection.ts';
import { loadItems } from '#core/profile/load.ts';
import { companyWiring } from '#tests/harness/interleaving/company.ts';
import { drawFrom } from '#tests/harness/interleaving/draw.ts';
import { history } from '#tests/harness/interleaving/history.ts';
import { InterleavedWorld } from '#tests/harness/interleaving/world.ts';
import type { Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesWithEdgeProfiles } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');

/** What ought to lie under every key, worked out from nothing but profiles and memberships. */
async function expectedOf({ stores, catalog }: Platform): Promise<Map<string, EdgeEntry>> {
  const expected = new Map<string, EdgeEntry>();
  for await (const item of stores.profiles.scan()) {
    const memberships = await stores.memberships.get(item.canonicalKey);
    const projected = projectItem(item, memberships, catalog.edgeProjection!);
    if (projected.profiles.length === 0) continue;
    expected.set(item.canonicalKey, JSON.parse(JSON.stringify(projected)));
    for (const identity of projected.identities) expected.set(identity, { redirectTo: item.canonicalKey });
  }
  return expected;
}

/** What lies there and leads where it should, though no item names it any more: nobody is found by it. */
async function isHarmless(key: string, entry: EdgeEntry, { stores }: Platform): Promise<boolean> {
  if (!('redirectTo' in entry)) return false;
  const [item] = (await loadItems([key], stores.profiles)).items;
  return item?.canonicalKey === entry.redirectTo;
}

describe('copies of profiles for the edge', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = companyWiring(readWiring(templatesWithEdgeProfiles()));
  });

  it(
    'are in the end what profiles and memberships make of them, whatever happens at the same time, fails or crashes',
    async () => {
      let compared = 0;
      const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
      const trouble = fc.record({
        crashes: fc.nat({ max: 4 }),
        faults: fc.nat({ max: 6 }),
        failures: fc.constant(0),
      });
      await fc.assert(
        fc.asyncProperty(history, seed, trouble, async (moments, number, more) => {
          const world = new InterleavedWorld({ wiring, start: START, draw: drawFrom(number), ...more });
          await world.play(moments);
          for (const evaluated of [false, true]) {
            if (evaluated) await world.endOfDay();
            const { platform } = world;
            const expected = await expectedOf(platform);
            const copies = new Map(platform.stores.edgeProfiles.entries());
            for (const [key, entry] of copies) {
              if (!expected.has(key) && (await isHarmless(key, entry, platform))) copies.delete(key);
            }
            expect(copies).toEqual(expected);
            compared += expected.size;
          }
        }),
        runs(0.6, 60),
      );
      expect(compared).toBeGreaterThan(50);
    },
    timeout,
  );
});
