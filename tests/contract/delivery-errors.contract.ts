import { describe, expect, it } from 'vitest';
import { type DeliveryError, mergedErrors } from '#core/activation/errors/delivery-error.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import { ERROR_SHARDS, ERRORS_PER_SHARD } from '#core/contract/tables.ts';
import { HOUR_MS } from '#core/util/durations.ts';

const START = Date.UTC(2026, 2, 1, 10, 5);
const MOST = ERROR_SHARDS * ERRORS_PER_SHARD;

const error = (n: number, change: Partial<DeliveryError> = {}): DeliveryError => ({
  profile: `p${n}`,
  identities: ['CRMID:C***'],
  reason: 'http-422',
  errorClass: 'drop',
  detail: 'the address *** is not one',
  first: START,
  last: START,
  times: 1,
  ...change,
});

let unique = 0;

/** What everything does that keeps errors of destinations. @param create another one over the same store */
export function deliveryErrorsContract(name: string, create: () => DeliveryErrors): void {
  const fresh = (): string => `e-${process.pid}-${unique++}`;
  const listed = async (store: DeliveryErrors, id: string, from = START, to = START): Promise<DeliveryError[]> =>
    mergedErrors(await store.list(id, from, to));

  describe(`errors of destinations: ${name}`, () => {
    it('are there as they were noted, for their destination and hour', async () => {
      const store = create();
      const [id, other] = [fresh(), fresh()];
      await store.add(id, START, [error(1), error(2, { reason: 'unknown-channel' })]);
      expect(await listed(store, id)).toEqual([error(1), error(2, { reason: 'unknown-channel' })]);
      expect(await listed(store, id, START + HOUR_MS, START + 3 * HOUR_MS)).toEqual([]);
      expect(await listed(store, other)).toEqual([]);
    });

    it('of one person for one reason are counted, by whichever function', async () => {
      const id = fresh();
      const later = START + 60_000;
      await create().add(id, START, [error(1)]);
      await create().add(id, later, [error(1, { first: later, last: later }), error(1, { reason: 'other' })]);
      const [one] = (await listed(create(), id)).filter(({ reason }) => reason === 'http-422');
      expect(one).toEqual(error(1, { last: later, times: 2 }));
    });

    it('of one hour are limited, however many functions note some; those that were first stay', async () => {
      const id = fresh();
      await create().add(id, START, [error(0)]);
      for (let round = 0; round < 4; round += 1) {
        const many = Array.from({ length: MOST }, (_, n) => error(1 + n + round * MOST));
        await Promise.all([create().add(id, START, many), create().add(id, START, many.slice(0, 150))]);
      }
      const kept = await listed(create(), id);
      expect(kept.length).toBeLessThanOrEqual(MOST);
      expect(kept.length).toBeGreaterThan(MOST / 2);
      expect(kept.map(({ profile }) => profile)).toContain('p0');
      await create().add(id, START, [error(0)]);
      expect((await listed(create(), id)).find(({ profile }) => profile === 'p0')!.times).toBe(2);
      await create().add(id, START + HOUR_MS, [error(9_999)]);
      expect(await listed(create(), id, START + HOUR_MS, START + HOUR_MS)).toEqual([error(9_999)]);
    });
  });
}
