import { describe, expect, it } from 'vitest';
import { type DestinationDefinition, destinationDefinition } from '#core/activation/definition.ts';
import { activatedProfiles } from '#core/activation/desired.ts';
import { sharedSince } from '#core/activation/destinations/aam/first-use.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { currentVersion, getCatalog, putCatalog } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { DAY, HOUR, NOW } from './factories.ts';

const aam = (...segments: readonly string[]): DestinationDefinition =>
  destinationDefinition.parse({ id: 'aam', type: 'aam', segments });

describe('the batch job that releases memberships', () => {
  it('AAM-11: releases those that are kept under another identity of the person, for another merge policy', () => {
    const [key, device] = ['CRMID:1', 'ECID:1'];
    const profile = {
      key,
      identities: [key, device],
      view: { xEvent: [] },
      optedOut: false,
      regionsOf: () => undefined,
    };
    const segments = { A1: { status: 'realized', lastQualificationTime: NOW } as const };
    const memberships = { ...noMemberships(key), profiles: { [device]: { digest: '', segments, releasedAt: NOW } } };
    expect(activatedProfiles(aam('A1'), [profile], memberships)).toMatchObject([
      { realized: segments, releasedAt: NOW },
    ]);
  });
});

describe('since when a segment is shared', () => {
  it('is now for what the catalog before did not share, and stays for what it did', () => {
    const first = sharedSince([aam('A1')], undefined, NOW);
    expect(first).toEqual({ aam: { A1: NOW } });
    const before = { destinations: [aam('A1')], sharedSince: first };
    expect(sharedSince([aam('A1', 'A3')], before, NOW + HOUR)).toEqual({ aam: { A1: NOW, A3: NOW + HOUR } });
  });

  it('begins anew for a segment that was taken out in between', () => {
    const before = { destinations: [aam('A3')], sharedSince: {} };
    expect(sharedSince([aam('A1', 'A3')], before, NOW)).toEqual({ aam: { A1: NOW } });
  });

  it('is forgotten once it is of no matter', () => {
    const before = { destinations: [aam('A1')], sharedSince: { aam: { A1: NOW } } };
    expect(sharedSince([aam('A1')], before, NOW + 31 * DAY)).toEqual({});
  });

  it('is of no matter for other destinations, and for one that is switched off', () => {
    const webhook = destinationDefinition.parse({ id: 'w', type: 'http', url: 'https://w.example', segments: ['A1'] });
    expect(sharedSince([webhook, { ...aam('A1'), enabled: false }], undefined, NOW)).toEqual({});
  });

  it('goes with the version that is active', async () => {
    const catalog = (...segments: readonly string[]): Catalog => ({
      namespaces: [],
      schemas: [],
      datasets: [],
      mergePolicies: [],
      segments: [],
      destinations: [aam(...segments)],
    });
    let pointer: object | undefined;
    type Values = Readonly<Record<string, object>>;
    const client = {
      send: async ({ input }: { input: { TransactItems?: { Update?: { ExpressionAttributeValues: Values } }[] } }) => {
        const version = input.TransactItems?.[0]?.Update?.ExpressionAttributeValues[':version'];
        if (version) pointer = { catalogVersion: version };
        return { Item: pointer };
      },
    };
    const place = { client: client as never, table: 't', bucket: createMemoryObjectStore() };
    for (const [index, segments] of [['A1'], ['A1', 'A3']].entries()) {
      const one = catalog(...segments);
      await putCatalog(place, one, compileCatalog(one).version, NOW + index * HOUR);
    }
    const version = (await currentVersion(place))!;
    expect((await getCatalog(place, version)).sharedSince).toEqual({ aam: { A1: NOW, A3: NOW + HOUR } });
  });
});
