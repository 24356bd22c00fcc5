import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { findIn } from '#tests/harness/platform/search.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesWithEdgeProfiles } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
const LATER = /^(landing|exports|delivery state): /;

const who = fc.integer({ min: 1, max: 3 });
const device = fc.integer({ min: 1, max: 4 });
/** What is sent; the same draw sent again is the same bytes. */
const sent = fc.oneof(
  fc.record({ kind: fc.constant('cart' as const), n: device, at: fc.nat({ max: 90 }) }),
  fc.record({ kind: fc.constant('region' as const), n: device, at: fc.nat({ max: 90 }) }),
  // Devices that several people use, and people of several devices, are one item.
  fc.record({ kind: fc.constant('login' as const), n: who, on: device, at: fc.nat({ max: 90 }) }),
  fc.record({ kind: fc.constant('file' as const), n: who, year: fc.constantFrom(2025, 2031) }),
  fc.record({ kind: fc.constant('broken' as const), n: who }),
);
type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Sent = Drawn<typeof sent>;
const step = fc.oneof(
  { weight: 8, arbitrary: sent },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat({ max: 30 }) }) },
  // Nothing, some seconds (who read the list of suppressed identities before goes by it), an hour, months.
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 3_000, 60 * MINUTE, 95 * DAY) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
);

describe('whoever was deleted', () => {
  let definitions: Catalog;
  let catalog: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    definitions = await exampleDefinitions();
    const datasets = definitions.datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage: 100 }));
    catalog = compileCatalog({ ...definitions, datasets });
    wiring = readWiring(templatesWithEdgeProfiles());
  });

  const crmOf = (n: number): string => `CUSTOMER-${n}-ID`;
  const emailOf = (n: number): string => `person-${n}@example.com`;
  const login = ({ n, on, at }: { n: number; on: number; at: number }): object => ({
    ...logIn(on, START - at * MINUTE),
    _id: `login-${n}-${on}-${at}`,
    identityMap: { CRMID: [{ id: crmOf(n), primary: true }], ECID: [{ id: ecidOf(on) }] },
  });

  async function send(platform: Platform, what: Sent, times: number): Promise<void> {
    switch (what.kind) {
      case 'cart':
        return platform.collect(
          enveloped('web-events', addToCart(what.n, START - what.at * MINUTE, { _id: `cart-${what.n}-${what.at}` })),
        );
      case 'region':
        return platform.collect(enveloped('regions', seenIn(what.n, START - what.at * MINUTE)));
      case 'login':
        return platform.collect(enveloped('logins', login(what)));
      case 'broken':
        return platform.collect(enveloped('logins', { ...login({ n: what.n, on: 1, at: 0 }), timestamp: 'at noon' }));
      case 'file':
        return platform.upload(
          `landing/customers/${times}-${what.n}.csv`,
          `crmId,email,tier,updatedAt\n${crmOf(what.n)},${emailOf(what.n)},gold,${what.year}-01-01T00:00:00Z\n`,
        );
    }
  }

  it(
    'is in no store, however it was sent, in whatever order, interrupted anywhere, and sent again',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 14 }),
          fc.array(step, { maxLength: 6 }),
          who,
          fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'none', 'none', 'none', 'before', 'after'), {
            maxLength: 60,
          }),
          fc.constantFrom(0, 2 * DAY),
          fc.array(fc.nat({ max: 5 }), { maxLength: 40 }),
          async (before, beside, person, faults, expiresLateBy, picks) => {
            let [call, choice] = [0, 0];
            const platform = createPlatform({
              wiring,
              catalog,
              start: START,
              expiresLateBy,
              concurrency: 3,
              pick: (count) => (picks[choice++] ?? 0) % count,
              intercept: (port, _name, reader) =>
                reader.startsWith('erase') ? withFaults(port, () => faults[call++] ?? 'none') : port,
            });
            const { clock } = platform.poller;
            const history: Sent[] = [];
            let files = 0;
            const run = async (steps: readonly Drawn<typeof step>[]): Promise<void> => {
              for (const one of steps) {
                if (one.kind === 'wait') {
                  // Short ones let nothing come to its end: it is on its way while the next thing happens.
                  await platform.poller.run({ until: clock.now() + one.ms });
                  clock.advanceBy(one.ms);
                } else if (one.kind === 'compact') await platform.schedules.compactLake();
                else {
                  const what = one.kind === 'again' ? history[one.which % Math.max(1, history.length)] : one;
                  if (!what) continue;
                  history.push(what);
                  await send(platform, what, files++);
                }
              }
            };
            await run(before);
            const request = { requestId: 'r', identity: `CRMID:${crmOf(person)}`, reason: 'asked', isUnknown: true };
            for (let tries = 0; ; tries++) {
              const answer = await platform.schedules.erasePerson(request).catch(() => undefined);
              if (answer) break;
              expect(tries).toBeLessThan(70);
            }
            await run(beside);
            const receipts = await platform.erased();
            expect(Object.keys(receipts)).toEqual(['r']);
            // A device that several people use may be somebody else's; the person's own are not.
            const values = [crmOf(person), emailOf(person)];
            const left = async (): Promise<string[]> =>
              (await findIn(platform, values)).filter((each) => !LATER.test(each));
            expect(await left(), 'at the receipt').toEqual([]);

            // The same bytes come again, under other keys.
            for (const what of history) await send(platform, what, files++);
            await platform.poller.run();
            expect(await left(), 'sent again').toEqual([]);

            clock.advanceBy(35 * DAY);
            const atLast = (await findIn(platform, values)).filter((each) => !/^(landing|exports): /.test(each));
            expect(atLast, 'after the last date').toEqual([]);
          },
        ),
        runs(1, 60),
      );
    },
    timeout,
  );
});
