import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { companyWiring } from '#tests/harness/interleaving/company.ts';
import { drawFrom } from '#tests/harness/interleaving/draw.ts';
import { type Happening, history, type Moment } from '#tests/harness/interleaving/history.ts';
import { InterleavedWorld, type State, type WorldOptions } from '#tests/harness/interleaving/world.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;

/** Only what a batch evaluation decides may differ before there was one. */
const streamed = (known: State['held']): State['held'] =>
  Object.fromEntries(Object.entries(known).map(([id, all]) => [id, all.filter((one) => !one.endsWith(' various'))]));

describe('whatever happens at the same time', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = companyWiring(readWiring(templatesOf('prod')));
  });

  const worldOf = (seed: number, more: Partial<WorldOptions> = {}): InterleavedWorld =>
    new InterleavedWorld({ wiring, start: START, draw: drawFrom(seed), crashes: 0, faults: 0, failures: 0, ...more });

  async function expectConvergence(world: InterleavedWorld): Promise<void> {
    const before = await world.state();
    expect(before.leftovers).toEqual({});
    expect(streamed(before.stated)).toEqual(streamed(before.expected));
    expect(before.held).toEqual(before.stated);
    await world.endOfDay();
    const after = await world.state();
    expect(after.stated).toEqual(after.expected);
    expect(after.held).toEqual(after.stated);
  }

  async function converge(moments: readonly Moment[], world: InterleavedWorld): Promise<void> {
    await world.play(moments);
    await expectConvergence(world);
  }

  const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

  it(
    'every destination knows in the end who is a member, and its delivery state says the same',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, seed, (moments, number) => converge(moments, worldOf(number))),
        runs(1, 100),
      );
    },
    timeout,
  );

  it(
    'so it does where calls crash in the middle, ports fail, and requests are taken without an answer',
    async () => {
      const trouble = fc.record({
        crashes: fc.nat({ max: 4 }),
        faults: fc.nat({ max: 4 }),
        failures: fc.nat({ max: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(history, seed, trouble, (moments, number, more) => converge(moments, worldOf(number, more))),
        runs(1, 60),
      );
    },
    timeout,
  );

  it(
    'one that is dead keeps no other from knowing, and knows when it is back',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, seed, fc.constantFrom('webhook', 'crm', 'demdex'), async (moments, number, dead) => {
          const world = worldOf(number, { dead });
          await world.happen(moments);
          const { held, stated } = await world.state();
          for (const id of Object.keys(held).filter((each) => each !== (dead === 'demdex' ? 'devices' : dead))) {
            expect(held[id], id).toEqual(stated[id]);
          }
          await world.recover();
          await expectConvergence(world);
        }),
        runs(0.2, 30),
      );
    },
    timeout,
  );

  const customer = (says: 'yes' | 'no' | 'out', more: object = {}): Happening => ({
    what: 'customer',
    customer: 1,
    says,
    ...more,
  });
  const event = (type: string, who: object): Happening => ({ what: 'event', type, ...who });

  it('a device that turns out to be that of a customer leaves what only strangers are in', async () => {
    for (let gap = 0; gap < 5_000; gap += 250) {
      for (const number of [1, 2, 3]) {
        const world = worldOf(number);
        await converge(
          [
            { gap: 0, happening: event('buy', { customer: 1 }) },
            { gap: 0, happening: event('view', { device: 1 }) },
            { gap: MINUTE, happening: event('vip', { customer: 1 }) },
            { gap, happening: { what: 'login', customer: 1, device: 1, withEmail: false } },
          ],
          world,
        );
        expect(world.destinations.held.webhook?.filter((one) => one.endsWith('stranger'))).toEqual([]);
      }
    }
  });

  it('Audience Manager knows of what a device is in by itself also for who turns out to be behind it', async () => {
    const world = worldOf(1);
    await converge(
      [
        { gap: 0, happening: event('buy', { device: 1 }) },
        { gap: 0, happening: event('view', { device: 1 }) },
        { gap: MINUTE, happening: { what: 'login', customer: 3, device: 1, withEmail: true } },
      ],
      world,
    );
    expect(world.destinations.held.devices).toContain(`${'3'.repeat(64)} apart`);
  });

  it('a destination is told of a member as soon as an attribute is there without which it takes nobody', async () => {
    const world = worldOf(1);
    await converge(
      [
        { gap: 0, happening: customer('yes') },
        { gap: 0, happening: event('vip', { customer: 1 }) },
        { gap: MINUTE, happening: customer('yes', { level: 'known' }) },
      ],
      world,
    );
    expect(world.destinations.held.crm).toEqual(['crmid:c1 keen']);
  });
});
