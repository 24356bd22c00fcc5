import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeliveryStateItem,
  joinDeliveryStates,
  type LastRouted,
  noDeliveryState,
} from '#core/activation/delivery-state.ts';

const entry = fc.record({
  status: fc.constantFrom('realized' as const, 'exited' as const),
  lastQualificationTime: fc.nat({ max: 9 }),
  routedAt: fc.nat({ max: 3 }),
  revision: fc.nat({ max: 9 }),
});
const lastRouted = fc.dictionary(
  fc.constantFrom('CRMID:a', 'ECID:1', 'ECID:2'),
  fc.dictionary(fc.constantFrom('X', 'Y', 'Z'), entry, { noNullPrototype: true }),
  { noNullPrototype: true },
);
const item = (canonicalKey: string) =>
  fc.record({ known: lastRouted, lastRevision: fc.nat({ max: 9 }) }).map(
    ({ known, lastRevision }): DeliveryStateItem => ({
      ...noDeliveryState(canonicalKey),
      lastRevision,
      destinations: { webhook: { lastRouted: known, digests: {}, excluded: {} } },
    }),
  );

const entriesOf = ({ destinations }: DeliveryStateItem): Map<string, LastRouted> =>
  new Map(
    Object.entries(destinations.webhook?.lastRouted ?? {}).flatMap(([key, segments]) =>
      Object.entries(segments).map(([id, one]): [string, LastRouted] => [`${key} ${id}`, one]),
    ),
  );

describe('the delivery states of two items that become one', () => {
  it('have of each identity and segment what was decided last, whichever ingests the other', () => {
    fc.assert(
      fc.property(item('CRMID:a'), item('ECID:1'), (a, b) => {
        const [joined, turned] = [joinDeliveryStates(a, b), joinDeliveryStates(b, a)].map(entriesOf) as [
          Map<string, LastRouted>,
          Map<string, LastRouted>,
        ];
        const [ofA, ofB] = [entriesOf(a), entriesOf(b)];
        expect([...joined.keys()].sort()).toEqual([...new Set([...ofA.keys(), ...ofB.keys()])].sort());
        for (const [key, one] of joined) {
          const candidates = [ofA.get(key), ofB.get(key)].filter((each) => each !== undefined);
          const last = Math.max(...candidates.map(({ routedAt }) => routedAt!));
          const latest = candidates.filter(({ routedAt }) => routedAt === last);
          expect(latest.map(({ status }) => status)).toContain(one.status);
          // A needless removal does no harm; one that is never made does.
          if (latest.some(({ status }) => status === 'realized')) expect(one.status).toBe('realized');
          expect(turned.get(key)?.status).toBe(one.status);
        }
      }),
    );
  });

  it('go on with the greater revision, and lose no message that is not on its queue yet', () => {
    const pending = (group: string) => [{ laneId: 'webhook', group, delivery: {} as never }];
    const joined = joinDeliveryStates(
      { ...noDeliveryState('CRMID:a'), lastRevision: 3, pending: pending('CRMID:a') },
      { ...noDeliveryState('ECID:1'), lastRevision: 7, pending: pending('ECID:1') },
    );
    expect(joined).toMatchObject({ canonicalKey: 'CRMID:a', lastRevision: 7 });
    expect(joined.pending.map(({ group }) => group)).toEqual(['CRMID:a', 'ECID:1']);
  });
});
