import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noDeliveryState } from '#core/activation/delivery-state.ts';
import { listedMembers, reconciled } from '#core/activation/reconcile.ts';
import { TYPES } from '#core/activation/registry.ts';
import { type AnyRequestType, conformanceWorld, sendAll } from '#tests/contract/destinations/conformance-world.ts';
import { conformance as klaviyo } from '#tests/contract/destinations/klaviyo.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW } from './factories.ts';

const routed = (status: 'realized' | 'exited') => ({ A1: { status, lastQualificationTime: NOW } });

async function* statesOf(known: Readonly<Record<string, 'realized' | 'exited'>>) {
  for (const [value, status] of Object.entries(known)) {
    const destination = { lastRouted: { [`email:${value}`]: routed(status) }, digests: {}, excluded: {} };
    yield { ...noDeliveryState(`CRMID:${value}`), destinations: { d: destination } };
  }
}

describe('what is believed of an audience, and what its vendor lists', () => {
  it('is compared identity by identity, whoever they are', async () => {
    const fate = fc.record({
      here: fc.constantFrom('realized', 'exited', 'unknown'),
      isListed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 20 }), async (fates) => {
        const nameOf = (n: number): string => `p${n}@example.com`;
        const known = Object.fromEntries(
          fates.flatMap(({ here }, n) => (here === 'unknown' ? [] : [[nameOf(n), here] as const])),
        );
        const listed = new Set(fates.flatMap(({ isListed }, n) => (isListed ? [nameOf(n)] : [])));
        const [audience] = await reconciled('d', new Map([['A1', listed]]), statesOf(known));
        const those = (here: string, isListed: boolean): string[] =>
          fates.flatMap((each, n) => (each.here === here && each.isListed === isListed ? [nameOf(n)] : []));
        const values = (list: readonly { readonly key: string }[]): string[] => list.map(({ key }) => key.slice(6));
        expect(audience!.equal).toBe(those('realized', true).length);
        expect(values(audience!.onlyHere)).toEqual(those('realized', false));
        expect(values(audience!.leftHere)).toEqual(those('exited', true));
        expect(audience!.onlyThere).toEqual(those('unknown', true));
      }),
      runs(1, 100),
    );
  });

  it('is listed page by page; what cannot be read is said, and nobody is taken for missing', async () => {
    const pages = [{ members: ['A@example.com '], next: '1' }, { members: ['b@example.com'] }];
    expect(await listedMembers(async (cursor) => pages[Number(cursor ?? 0)]!)).toEqual(
      new Set(['a@example.com', 'b@example.com']),
    );
    const failure = { delivered: false, errorClass: 'stop', reason: 'http-403' } as const;
    expect(await listedMembers(async (cursor) => (cursor === undefined ? pages[0]! : failure))).toEqual(failure);
    expect(await listedMembers(async () => ({ members: [], next: 'again' }))).toMatchObject({
      reason: 'too-many-pages',
    });
  });

  it('can be listed where a type says so, and nowhere else', () => {
    for (const type of TYPES.values()) {
      const listing = type.delivery === 'requests' ? type.listing : undefined;
      expect([type.name, type.capabilities.list]).toEqual([type.name, listing !== undefined]);
    }
  });

  it('is the same at Klaviyo after more people than a page holds', async () => {
    const type = TYPES.get('klaviyo') as AnyRequestType;
    const to = conformanceWorld(type, klaviyo);
    await sendAll(
      to,
      Array.from({ length: 205 }, (_, n) => to.entry(n)),
    );
    const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined };
    const members = await listedMembers(async (cursor) => {
      const request = type.listing!.request('L0', cursor, to.destination, context);
      const authorization = `Klaviyo-API-Key ${klaviyo.secret.apiKey}`;
      return type.listing!.answer(
        to.vendor.answer({ ...request, headers: { ...request.headers, authorization } }),
        to.destination,
      );
    });
    expect(members).toEqual(new Set(Array.from({ length: 205 }, (_, n) => klaviyo.person(n))));
  });
});
