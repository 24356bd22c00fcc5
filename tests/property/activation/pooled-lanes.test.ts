import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingPrefix } from '#core/activation/files/keys.ts';
import { readPendingPart } from '#core/activation/files/pending.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { addToCart, enveloped, exampleCatalog, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { stagesWithLanes, synthesise, templatesOf } from '#tests/infra/stages.ts';
import { ok, status } from '#tests/unit/activation/factories.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
const TEN_MINUTES = HOUR / 6;

interface Step {
  readonly person: number;
  readonly what: 'cart' | 'seen' | 'login';
}
const steps = fc.array(
  fc.record({ person: fc.integer({ min: 1, max: 4 }), what: fc.constantFrom('cart', 'seen', 'login') }),
  { minLength: 1, maxLength: 12 },
) as fc.Arbitrary<Step[]>;

describe('Audience Manager without a line in the file of the stage', () => {
  const folder = stagesWithLanes(4, { ownLanes: false });
  afterAll(() => rmSync(folder, { recursive: true }));
  let example: CompiledCatalog;
  let [pool, own] = [{} as Wiring, {} as Wiring];
  beforeAll(async () => {
    const catalog = await exampleCatalog();
    const ads = catalog.destinations.get('audience-manager')!;
    // Another one, whose collection servers have other addresses.
    const second = { ...ads, id: 'second', edgeEndpoint: 'https://second.example/{host}' } as typeof ads;
    example = { ...catalog, destinations: new Map([...catalog.destinations, ['second', second]]) };
    pool = readWiring(synthesise('prod', { folder }));
    own = readWiring(templatesOf('prod'));
  });

  const run = async (catalog: CompiledCatalog, wiring: Wiring, story: readonly Step[], failing: boolean) => {
    const platform = createPlatform({
      wiring,
      catalog,
      start: START,
      answer: ({ url }) => (failing && new URL(url).hostname === 'second.example' ? status(500) : ok('{"stuff":[]}')),
    });
    for (const [n, { person, what }] of story.entries()) {
      const made = {
        cart: () => enveloped('web-events', addToCart(person, START - HOUR, { _id: `cart-${n}` })),
        seen: () => enveloped('regions', seenIn(person, START - HOUR)),
        login: () => enveloped('logins', logIn(person, START - HOUR + n)),
      };
      platform.collect(made[what]());
      // Nothing is under way when the next comes: it decides between edge and hub.
      await platform.poller.run({ until: START + (n + 1) * TEN_MINUTES });
      platform.poller.clock.advanceTo(START + (n + 1) * TEN_MINUTES);
    }
    return platform;
  };

  /** What a destination was sent, when it was, and what waits for its files. */
  const callsOf = ({ requests }: Platform, isOwn: (host: string) => boolean): string[] =>
    requests
      .filter(({ request }) => isOwn(new URL(request.url).hostname))
      .map(({ at, request }) => `${at - START} ${request.url} ${request.body}`)
      .sort();
  const rowsOf = async ({ stores }: Platform, id: string): Promise<string[]> => {
    const rows: string[] = [];
    for await (const key of stores.exports.list(pendingPrefix(`${id}.hub`))) {
      const part = new TextDecoder().decode(await stores.exports.get(key));
      for (const { identities, changes } of readPendingPart(part)) rows.push(JSON.stringify([identities, changes]));
    }
    return rows.sort();
  };
  const isSecond = (host: string): boolean => host === 'second.example';
  const isDemdex = (host: string): boolean => host.endsWith('.demdex.net');
  const withoutSecond = (): CompiledCatalog => ({
    ...example,
    destinations: new Map([...example.destinations].filter(([id]) => id !== 'second')),
  });

  it(
    'is sent the same as through lanes of its own, by edge and hub, whoever else is in the pool',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (story) => {
          const [pooled, alone] = [
            await run(example, pool, story, false),
            await run(withoutSecond(), own, story, false),
          ];
          const bodies = (calls: readonly string[]): string[] => calls.map((call) => call.replace(/^\d+ /, '')).sort();
          expect(bodies(callsOf(pooled, isDemdex))).toEqual(bodies(callsOf(alone, isDemdex)));
          expect(await rowsOf(pooled, 'audience-manager')).toEqual(await rowsOf(alone, 'audience-manager'));
          expect(await rowsOf(pooled, 'second')).toEqual(await rowsOf(pooled, 'audience-manager'));
          const second = bodies(callsOf(pooled, isSecond)).map((call) => call.replace('second.example/', ''));
          expect(second).toEqual(bodies(callsOf(pooled, isDemdex)));
          expect(pooled.leftovers()).toEqual({});
        }),
        runs(0.2, 8),
      );
    },
    timeout,
  );

  it(
    'is delayed by no other that fails: its calls are made at the same instants',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (story) => {
          const [failing, well] = [await run(example, pool, story, true), await run(example, pool, story, false)];
          expect(callsOf(failing, isDemdex)).toEqual(callsOf(well, isDemdex));
          const tried = callsOf(failing, isSecond).length;
          if (callsOf(well, isSecond).length > 0) expect(tried).toBeGreaterThan(callsOf(well, isSecond).length);
        }),
        runs(0.2, 8),
      );
    },
    timeout,
  );
});
