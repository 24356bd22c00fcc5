import { beforeEach, describe, expect, it } from 'vitest';
import { type DeliveryStateItem, type LastRouted, noDeliveryState } from '#core/activation/delivery-state.ts';
import { overtaken, stillHolds } from '#core/activation/superseded.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { ecid, edgeDelivery, entered, exited, hashedEmail, identity, NOW, profileDelivery } from './factories.ts';

const C1 = identity('CRMID', 'C1');
const DEVICE = ecid(1);
const EMAIL = hashedEmail(1);

type Entries = Readonly<
  Record<IdentityKey, Readonly<Record<string, Pick<LastRouted, 'status' | 'revision' | 'routes'>>>>
>;

describe('a delivery that is tried later than it was decided', () => {
  let states: MemoryVersionedStore<DeliveryStateItem>;
  beforeEach(() => {
    states = new MemoryVersionedStore<DeliveryStateItem>();
  });

  /** What was decided last, in the item under a root; `taken`: roots of items that it has ingested. */
  const decided = async (
    canonicalKey: IdentityKey,
    entries: Entries,
    taken: readonly IdentityKey[] = [],
  ): Promise<void> => {
    const lastRouted = Object.fromEntries(
      Object.entries(entries).map(([key, segments]) => [
        key,
        Object.fromEntries(Object.entries(segments).map(([id, one]) => [id, { lastQualificationTime: NOW, ...one }])),
      ]),
    ) as Record<IdentityKey, Record<string, LastRouted>>;
    const known = { lastRouted, digests: {}, excluded: {} };
    await states.write(
      {
        ...noDeliveryState(canonicalKey),
        lastRevision: 9,
        mergedIn: taken,
        destinations: { webhook: known, aam: known },
      },
      taken.map((each) => ({ canonicalKey: each, version: 0 })),
    );
  };

  const both = profileDelivery({ identities: [C1, DEVICE], changes: [entered('A1'), entered('A2')] });
  const is = (revision: number, status: LastRouted['status'] = 'realized') => ({ status, revision });
  const keys = (...of: { namespace: string; value: string }[]): IdentityKey[] => of.map(identityKey);

  it('is delivered as it is where nothing was decided since', async () => {
    await decided('CRMID:C1', {
      [identityKey(C1)]: { A1: is(1), A2: is(1) },
      [identityKey(DEVICE)]: { A1: is(1), A2: is(1) },
    });
    expect(await stillHolds(both, states)).toEqual({ delivery: both });
    expect(await overtaken(both, states)).toBeUndefined();
  });

  it('leaves out what was decided anew: that has a message of its own, in the same order', async () => {
    await decided('CRMID:C1', {
      [identityKey(C1)]: { A1: is(2, 'exited'), A2: is(1) },
      [identityKey(DEVICE)]: { A1: is(2, 'exited'), A2: is(1) },
    });
    expect(await stillHolds(both, states)).toEqual({ delivery: { ...both, changes: [entered('A2')] } });
    expect(await overtaken(both, states)).toBeUndefined();
  });

  it('leaves out an identity that has left the person since', async () => {
    await decided('CRMID:C1', {
      [identityKey(C1)]: { A1: is(1), A2: is(1) },
      [identityKey(DEVICE)]: { A1: is(2, 'exited'), A2: is(2, 'exited') },
    });
    expect(await stillHolds(both, states)).toEqual({ delivery: { ...both, identities: [C1] } });
  });

  it('is not delivered where other things hold for each of its identities: they are routed anew', async () => {
    await decided('CRMID:C1', {
      [identityKey(C1)]: { A1: is(2, 'exited'), A2: is(1) },
      [identityKey(DEVICE)]: { A1: is(1), A2: is(3, 'exited') },
    });
    const reroute = { canonicalKey: 'CRMID:C1', destinationId: 'webhook', identities: keys(C1, DEVICE) };
    expect(await stillHolds(both, states)).toEqual({ reroute });
  });

  it('is not delivered about identities of which an item that took in its own has decided', async () => {
    await decided('CRMID:C9', { [identityKey(C1)]: { A1: is(1), A2: is(1) }, [identityKey(DEVICE)]: { A1: is(2) } }, [
      'CRMID:C1',
    ]);
    const reroute = { canonicalKey: 'CRMID:C9', destinationId: 'webhook', identities: keys(DEVICE) };
    expect(await stillHolds(both, states)).toEqual({ delivery: { ...both, identities: [C1] }, reroute });
    expect(await overtaken(both, states)).toEqual(reroute);
  });

  it('is decided by the status where the delivery state is of before revisions were noted', async () => {
    await decided('CRMID:C1', { [identityKey(C1)]: { A1: { status: 'realized' }, A2: { status: 'exited' } } });
    const delivery = profileDelivery({ changes: [entered('A1'), entered('A2')] });
    expect(await stillHolds(delivery, states)).toEqual({ delivery: { ...delivery, changes: [entered('A1')] } });
  });

  it('tells nobody of a membership that was forgotten, and of the end of one all the same', async () => {
    await decided('CRMID:C1', {});
    const delivery = profileDelivery({ changes: [entered('A1'), exited('A2')] });
    expect(await stillHolds(delivery, states)).toEqual({ delivery: { ...delivery, changes: [exited('A2')] } });
  });

  describe('to the edge of Audience Manager', () => {
    const call = edgeDelivery({ device: DEVICE, personIdentities: [EMAIL] });

    it('is about the identity that rides along where the device has left', async () => {
      await decided('CRMID:C1', {
        [identityKey(DEVICE)]: { A1: { ...is(2, 'exited'), routes: ['edge:7'] } },
        [identityKey(EMAIL)]: { A1: { ...is(1), routes: ['edge:7'] } },
      });
      expect(await stillHolds(call, states)).toEqual({ delivery: { ...call, device: EMAIL, personIdentities: [] } });
    });

    it('is not made about identities of which the hub has heard since: files do not wait for calls', async () => {
      await decided('CRMID:C1', {
        [identityKey(DEVICE)]: { A1: { ...is(1), routes: ['edge:7'] } },
        [identityKey(EMAIL)]: { A1: { ...is(2, 'exited'), routes: ['hub'] } },
      });
      const reroute = { canonicalKey: 'CRMID:C1', destinationId: 'aam', identities: keys(EMAIL) };
      expect(await stillHolds(call, states)).toEqual({ delivery: { ...call, personIdentities: [] }, reroute });
      expect(await overtaken(call, states)).toEqual(reroute);
    });
  });
});
