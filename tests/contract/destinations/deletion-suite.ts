import { describe, expect, it } from 'vitest';
import type { Line } from '#cli/local/vendor-server/faults.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { Conformance } from './conformance.ts';
import { type AnyRequestType, conformanceWorld, identifiersOf, sendAll } from './conformance-world.ts';

const MOST = 120;

/** What every type does whose vendor has a call that deletes people, and none that has not. */
export function deletionSuite(type: AnyRequestType, conformance: Conformance, faults: readonly [string, Line][]): void {
  const deletion = (to: ReturnType<typeof conformanceWorld>, n: number): ProfileDelivery => ({
    ...to.exit(n),
    deletion: 'request-1',
  });
  const knows = (to: ReturnType<typeof conformanceWorld>, n: number): boolean =>
    identifiersOf(conformance, n).some((each) => to.vendor.people!().has(each));

  describe(`deletions: ${type.name}`, () => {
    it('are declared where there is a call for them, and else rejected', async () => {
      expect(type.capabilities.deletion).toBe(type.deletion !== undefined);
      if (type.deletion) return;
      const to = conformanceWorld(type, conformance);
      const results = await to.send([deletion(to, 0)]);
      expect(results).toEqual([{ delivered: false, errorClass: 'drop', reason: 'no-deletion-call' }]);
      expect(to.requests).toEqual([]);
    });

    if (!type.deletion) return;

    it('take everything of a person away, and leave the others; also of who is not there, and twice', async () => {
      const to = conformanceWorld(type, conformance);
      await sendAll(to, [to.entry(0), to.entry(1), to.entry(1, 'A2')]);
      expect([knows(to, 0), knows(to, 1), knows(to, 2)]).toEqual([true, true, false]);
      // Who has left every audience is known all the same.
      await sendAll(to, [to.exit(1)]);
      for (let time = 0; time < 2; time += 1) {
        expect(await sendAll(to, [deletion(to, 1), deletion(to, 2)])).toEqual(Array(2).fill({ delivered: true }));
        expect([knows(to, 0), knows(to, 1)]).toEqual([true, false]);
      }
      const left = new Set([...to.vendor.members()].map((each) => each.slice(0, each.lastIndexOf('|'))));
      expect(left).toEqual(new Set(identifiersOf(conformance, 0)));
    });

    it('come with other deliveries, and are no more in a request than the vendor takes', async () => {
      const to = conformanceWorld(type, conformance);
      const all = Array.from({ length: MOST }, (_, n) => n);
      await sendAll(
        to,
        all.map((n) => to.entry(n)),
      );
      const mixed = all.map((n) => (n === 3 ? to.exit(3) : deletion(to, n)));
      expect(await sendAll(to, mixed)).toEqual(Array(MOST).fill({ delivered: true }));
      expect(all.filter((n) => knows(to, n))).toEqual([3]);
    });

    it.each(faults)('are made in the end, and not said to be before: %s', async (_, fault) => {
      const to = conformanceWorld(type, conformance);
      await sendAll(to, [to.entry(0), to.entry(1)]);
      to.line(fault);
      const [result] = await to.send([deletion(to, 0)]);
      expect(result!.delivered).toBe(false);
      expect(result).not.toMatchObject({ errorClass: 'drop' });
      to.line((_request, pass) => pass());
      to.pass(60_000);
      expect(await sendAll(to, [deletion(to, 0)])).toEqual([{ delivered: true }]);
      expect([knows(to, 0), knows(to, 1)]).toEqual([false, true]);
    });
  });
}
