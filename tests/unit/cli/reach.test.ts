import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { printReach } from '#cli/report/print-reach.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import { destinationDefinition } from '#core/activation/definition.ts';
import { spellings } from '#core/activation/spellings.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { identitySources } from '#core/catalog/reach/identity-sources.ts';
import { measureReach } from '#core/catalog/reach/measure-reach.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');

interface Customer {
  readonly tier: string;
  readonly email: string;
  readonly consent: string;
  readonly country: string;
}

describe('whom a destination would be sent', () => {
  let base: Catalog;
  beforeAll(async () => {
    base = { ...(await exampleDefinitions()), destinations: [] };
  });

  const withDestinations = (...written: readonly Record<string, unknown>[]): Catalog => ({
    ...base,
    destinations: written.map((each) =>
      destinationDefinition.parse({
        segments: ['gold-and-silver'],
        ...(each.type === 'http' && { url: 'https://hooks.example.com/' }),
        ...each,
      }),
    ),
  });

  /** A stage on which some customers are under a catalog. */
  async function stageOf(customers: readonly Customer[], active: Catalog) {
    const catalog = compileCatalog(active);
    const platform = createPlatform({ wiring: readWiring(templatesOf('prod')), catalog, start: NOW });
    for (const [n, { tier, email, consent, country }] of customers.entries()) {
      const cells = {
        crmId: `RB-${n}`,
        email,
        tier,
        country,
        emailConsent: consent,
        updatedAt: '2026-02-01T00:00:00Z',
      };
      const mapped = catalog.datasets.get('customers')!.mapRow(...cellsOf(cells)) as { value: object };
      platform.collect(enveloped('customers', mapped.value));
    }
    await platform.poller.run();
    return { catalog, platform, stores: platform.stores as unknown as StageStores };
  }

  const customer = (n: number, change: Partial<Customer> = {}): Customer => ({
    tier: 'gold',
    email: `p${n}@example.com`,
    consent: 'y',
    country: 'DE',
    ...change,
  });

  it('is counted before anything is sent, with the reasons why others would not be', async () => {
    const customers = [
      customer(0),
      customer(1, { email: '' }),
      customer(2, { country: '' }),
      customer(3, { tier: 'none' }),
    ];
    const { catalog, stores } = await stageOf(customers, base);
    const all = withDestinations(
      { id: 'mail', type: 'http', identities: ['Email'], mandatoryAttributes: ['homeAddress.countryCode'] },
      { id: 'aaid', type: 'http', identities: ['AAID'] },
    );
    const next = { ...all, datasets: all.datasets.filter(({ id }) => id === 'customers') };
    const report = await measureReach(next, catalog, { ...stores, random: Math.random }, NOW);
    expect(report).toMatchObject({ profiles: 4, isExact: true });
    expect(report.destinations).toMatchObject([
      {
        destination: 'mail',
        members: 3,
        reached: 1,
        excluded: { noAcceptedIdentity: 1, missingMandatoryAttribute: 1 },
      },
      { destination: 'aaid', members: 3, reached: 0, excluded: { noAcceptedIdentity: 3 } },
    ]);
    expect(printReach(report)).toBe(
      [
        'Of all 4 profiles:',
        '  destination  type  members  would be sent  share  excluded',
        '  -----------  ----  -------  -------------  -----  -------------------------------------------------',
        '  mail         http        3              1  33 %   noAcceptedIdentity 1, missingMandatoryAttribute 1',
        '  aaid         http        3              0  0 %    noAcceptedIdentity 3',
        '"mail" takes identities of these namespaces, which come from:',
        '  Email: customers (personalEmail.address)',
        '"aaid" takes identities of these namespaces, which come from:',
        '  AAID: no field of a dataset',
        '  Nobody can be sent to "aaid": give a field of a schema an identity descriptor of one of these namespaces.',
        '',
      ].join('\n'),
    );
  });

  it('is what is then routed, whoever they are', async () => {
    const someone = fc.record({
      tier: fc.constantFrom('gold', 'silver', 'none'),
      email: fc.constantFrom('', 'a@example.com', 'b@example.com', 'c@example.com'),
      consent: fc.constantFrom('', 'y', 'n'),
      country: fc.constantFrom('', 'DE'),
    });
    const next = withDestinations(
      { id: 'hashed', type: 'http', identities: ['Email_LC_SHA256'] },
      {
        id: 'mandatory',
        type: 'http',
        identities: ['Email', 'CRMID'],
        mandatoryAttributes: ['homeAddress.countryCode'],
      },
      {
        id: 'braze',
        type: 'braze',
        identities: { externalId: ['CRMID'] },
        consents: ['marketing.email'],
        url: 'https://rest.example.com',
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(someone, { maxLength: 6 }), async (customers) => {
        const { catalog, platform, stores } = await stageOf(customers, next);
        const { destinations } = await measureReach(next, catalog, { ...stores, random: Math.random }, NOW);
        for (const { destination, members, reached, excluded } of destinations) {
          const definition = next.destinations.find(({ id }) => id === destination);
          let routed = 0;
          for await (const item of platform.stores.profiles.scan()) {
            const state = await platform.stores.deliveryStates.get(item.canonicalKey);
            const known = (!isRedirect(state) && state?.destinations[destination]?.lastRouted) || {};
            const isMember = (key: string): boolean =>
              Object.values(known[key] ?? {}).some(({ status }) => status === 'realized');
            // Two people may be in one item, where they once shared an address.
            const people = profilesOf(item, stageSettings(catalog).evaluation);
            routed += people.filter(({ identities }) => spellings(identities, definition).some(isMember)).length;
          }
          expect([destination, reached]).toEqual([destination, routed]);
          const others = Object.values(excluded).reduce((sum, count) => sum + count, 0);
          expect(others).toBeGreaterThanOrEqual(members - reached);
        }
      }),
      runs(0.1, 12),
    );
  });

  it('is that of a sample where a stage is large', async () => {
    const { catalog, stores } = await stageOf([], base);
    const { stores: full } = await stageOf([customer(0)], base);
    let read = 0;
    const profiles = {
      ...full.profiles,
      async *scan() {
        for await (const item of full.profiles.scan())
          for (;;) {
            read += 1;
            yield item;
          }
      },
    };
    const next = withDestinations({ id: 'mail', type: 'http', identities: ['Email'] });
    const report = await measureReach(next, catalog, { ...full, profiles } as never, NOW);
    expect(report).toMatchObject({ profiles: 2_000, isExact: false });
    expect(read).toBe(2_001);
    expect(printReach(report)).toContain('Of a sample of 2,000 profiles:');
    expect(printReach(await measureReach(next, catalog, { ...stores, random: Math.random }, NOW))).toBe(
      'There are no profiles yet.\n"mail" takes identities of these namespaces, which come from:\n' +
        '  Email: customers (personalEmail.address); may be in identityMap of consents, logins, regions, sms-opt-outs, web-events\n',
    );
  });

  it('depends on fields that a mapping fills, hashes among them, and not on hashes of another form', () => {
    const [hashed, meta] = withDestinations(
      { id: 'hashed', type: 'http', identities: ['Email_LC_SHA256'] },
      { id: 'meta', type: 'meta-custom-audiences', adAccount: '1', externalIds: ['CRMID'] },
    ).destinations;
    const without = {
      ...base,
      datasets: base.datasets.map((dataset) => ({
        ...dataset,
        ...(dataset.mapping && { mapping: dataset.mapping.filter(({ source }) => source !== 'email') }),
      })),
    } as Catalog;
    const bringing = (catalog: Catalog, namespace: string): string[] =>
      identitySources(hashed!, catalog)
        .filter((each) => each.namespace === namespace)
        .flatMap(({ datasets }) => datasets.map(({ dataset }) => dataset));
    expect(bringing(base, 'Email')).toContain('customers');
    expect(bringing(without, 'Email')).not.toContain('customers');
    const taken = identitySources(meta!, base).map(({ namespace }) => namespace);
    expect(taken).toContain('Phone_E.164');
    expect(taken).not.toContain('Phone_SHA256_E.164');
  });
});
