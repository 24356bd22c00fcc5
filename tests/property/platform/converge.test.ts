import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Example, generateExample } from '#cli/example/generate.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { scatterExample, uploadExample } from '#tests/harness/platform/endpoints.ts';
import { tolerantCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
/** By then every retry is over, and time has changed the same memberships in every run. */
const END = START + 86_400_000;
const SEEDS = [1, 2, 3];

/** Queues give a message up after five receives: so often may one fail, and no more. */
const FAULTS: Partial<Record<FunctionName, number>> = {
  split: 4,
  'stitch-chunk': 4,
  'deliver-s3-file': 4,
  'deliver-aam-hub': 4,
  'stitch-stream': 25,
  evaluate: 25,
  'evaluate-partition': 3,
  route: 25,
};

interface State {
  readonly profiles: readonly object[];
  readonly memberships: readonly string[];
  readonly lastRouted: Readonly<Record<string, readonly string[]>>;
  readonly leftovers: object;
}

describe('whatever way records take, and whatever fails on it', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  const examples = new Map<number, Example>();
  const expected = new Map<number, readonly State[]>();

  beforeAll(async () => {
    catalog = await tolerantCatalog();
    wiring = readWiring(templatesOf('prod'));
    for (const seed of SEEDS) {
      const example = generateExample({ seed, now: START, persons: 25 });
      const platform = createPlatform({ wiring, catalog, start: START });
      await uploadExample(platform, example);
      examples.set(seed, example);
      const states = await settle(platform);
      for (const { lastRouted, leftovers } of states) {
        expect(leftovers).toEqual({});
        for (const [destination, members] of Object.entries(lastRouted)) expect(members, destination).not.toEqual([]);
      }
      expected.set(seed, states);
    }
  });

  it('ends in the same profiles and memberships, and destinations know them', async () => {
    const numbers = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SEEDS),
        fc.integer({ min: 1, max: 4 }),
        numbers,
        async (seed, lanes, dice) => {
          const draw = (below: number): number => (dice.next().value as number) % below;
          const left = { ...FAULTS };
          const next = (reader: FunctionName): Fault => {
            const fault = (['none', 'none', 'none', 'none', 'before', 'after', 'conflict'] as const)[draw(7)]!;
            if (fault === 'none' || (left[reader] ?? 0) <= 0) return 'none';
            left[reader]! -= 1;
            return fault;
          };
          const platform = createPlatform({
            wiring,
            catalog,
            start: START,
            concurrency: lanes,
            pick: draw,
            intercept: (port, _name, reader) => withFaults(port, () => next(reader)),
          });
          await scatterExample(platform, examples.get(seed)!, draw);
          const [streamed, daily] = await settle(platform);
          expect(left).not.toEqual(FAULTS);
          expect(streamed).toEqual(expected.get(seed)![0]);
          expect(daily).toEqual(expected.get(seed)![1]);
        },
      ),
      runs(0.1, 8),
    );
  });

  /** Lets everything come to rest: after what time alone changes, and after the daily evaluation of all. */
  async function settle(platform: Platform): Promise<State[]> {
    const { poller, schedules } = platform;
    await poller.run();
    expect(poller.clock.now()).toBeLessThan(END);
    poller.clock.advanceTo(END);
    await schedules.reevaluateDue();
    await poller.run();
    const streamed = await stateOf(platform);
    await schedules.evaluateBatch();
    await poller.run();
    return [streamed, await stateOf(platform)];
  }

  async function stateOf(platform: Platform): Promise<State> {
    const memberships: string[] = [];
    for await (const { profiles } of platform.stores.memberships.scan()) {
      for (const [key, { segments }] of Object.entries(profiles)) {
        for (const [id, { status }] of Object.entries(segments)) {
          if (status === 'realized') memberships.push(`${key} ${id}`);
        }
      }
    }
    return {
      profiles: await allProfiles(platform.stores.profiles, stageSettings(catalog).evaluation),
      memberships: memberships.sort(),
      lastRouted: await deliveredTo(platform),
      leftovers: platform.leftovers(),
    };
  }
});
