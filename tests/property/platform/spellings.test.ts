import { beforeAll, describe, expect, it } from 'vitest';
import { PROFILE_SCHEMA } from '#core/access/access.ts';
import { getEntities } from '#core/access/get-entities.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { compactStep } from '#core/lake/compact.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import { partitionOf } from '#core/record/partition.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { ecidOf, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { findIn } from '#tests/harness/platform/search.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
/** Everything is merged, whatever its size. */
const COMPACTION = { targetBytes: 1_000_000, maxObjects: 100, minObjectsToday: 2 };
const LATER = /^(landing|exports|delivery state): /;

/** Two identities, each as several producers write them. */
const EMAIL = ['ada@shop.example', ' Ada@Shop.Example', 'ADA@SHOP.EXAMPLE', 'mailto:ada@shop.example'];
const PHONE = ['+4930123456', '030 123456', '+49 (30) 123-456', 'tel:+4930123456', '0049 30 123456'];

/** The example, in which customers are also known by telephone, and nothing is trimmed or made lower case by mappings. */
function withPhones({ schemas, datasets, identitySettings, ...rest }: Catalog): CompiledCatalog {
  return compileCatalog({
    ...rest,
    identitySettings: { ...identitySettings!, namespaces: { 'Phone_E.164': { country: 'DE' } } },
    datasets: datasets.map(({ mapping, ...dataset }) => ({
      ...dataset,
      ...(mapping && { mapping: mapping.map((rule) => ({ ...rule, transform: [] })) }),
    })),
    schemas: schemas.map((schema) =>
      schema.$id.endsWith('/customers')
        ? {
            ...schema,
            descriptors: [
              ...(schema.descriptors as object[]),
              {
                '@type': 'xdm:descriptorIdentity',
                'xdm:sourceProperty': '/mobilePhone/number',
                'xdm:namespace': 'Phone_E.164',
              },
            ],
          }
        : schema,
    ) as Catalog['schemas'],
  });
}

describe('an identity that is written in another way', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    wiring = readWiring(templatesOf('prod'));
    catalog = withPhones(await exampleDefinitions());
  });

  const customer = (n: number, more: object): string =>
    enveloped('customers', {
      _riverbend: { crmId: `RB-${n}` },
      ...more,
      extSourceSystemAudit: { lastUpdatedDate: new Date(START - HOUR).toISOString() },
    });
  const mail = (address: string): object => ({ personalEmail: { address } });
  const call = (number: string): object => ({ mobilePhone: { number } });
  const login = (n: number, identityMap: Record<string, string>): string =>
    enveloped('logins', {
      _id: `login-${n}`,
      timestamp: new Date(START - HOUR).toISOString(),
      eventType: 'userAccount.login',
      identityMap: Object.fromEntries(Object.entries(identityMap).map(([code, id]) => [code, [{ id }]])),
    });
  /** A customer whose address and number are written in one way, and devices that log in with them in others. */
  async function populated(): Promise<Platform> {
    const platform = createPlatform({ wiring, catalog, start: START });
    platform.collect(customer(1, { ...mail(EMAIL[1]!), ...call(PHONE[1]!) }));
    for (const [n, email] of EMAIL.entries()) platform.collect(login(n, { ECID: ecidOf(n + 1), Email: email }));
    for (const [n, phone] of PHONE.entries()) {
      platform.collect(login(10 + n, { ECID: ecidOf(n + 11), 'Phone_E.164': phone }));
    }
    platform.collect(customer(2, { ...mail('bob@shop.example'), ...call('030 123457') }));
    const rows = [
      `RB-1,${EMAIL[2]},"${PHONE[2]}",none,2026-03-01T08:00:00Z`,
      'RB-3,c@shop.example,,none,2026-03-01T08:00:00Z',
    ];
    await platform.upload('landing/customers/more.csv', ['crmId,email,phone,tier,updatedAt', ...rows].join('\n'));
    await platform.poller.run();
    return platform;
  }
  const profilesOn = ({ stores }: Platform) =>
    allProfiles(stores.profiles, stageSettings(catalog).evaluation) as Promise<{ identities: string[] }[]>;
  const of = (identities: readonly string[]): object =>
    expect.objectContaining({ identities: expect.arrayContaining([...identities]) }) as object;

  it('is that identity in every record', async () => {
    const people = await profilesOn(await populated());
    expect(people).toHaveLength(3);
    const ada = people.find(({ identities }) => identities.includes('CRMID:RB-1'))!;
    const devices = [1, 2, 3, 4, 11, 12, 13, 14, 15].map((n) => `ECID:${ecidOf(n)}`);
    expect([...ada.identities].sort()).toEqual(
      ['CRMID:RB-1', `Email:${EMAIL[0]}`, `Phone_E.164:${PHONE[0]}`, ...devices].sort(),
    );
    expect(people).toContainEqual(of(['CRMID:RB-2', 'Email:bob@shop.example', 'Phone_E.164:+4930123457']));
  });

  it.each([...EMAIL.map((value) => ['Email', value]), ...PHONE.map((value) => ['Phone_E.164', value])])(
    'finds the person: %s %j',
    async (namespace, entityId) => {
      const { stores } = await populated();
      const { access: settings } = stageSettings(catalog);
      const request = { schema: PROFILE_SCHEMA, limit: 1, orderby: 'timestamp', properties: [] } as const;
      const asked = [{ entityId: entityId!, namespace: namespace! }, { entityId: `${namespace}:${entityId}` }];
      const answer = await getEntities({ ...request, identities: asked }, { ...stores, settings, now: START });
      expect(answer).toMatchObject({ status: 200 });
      expect(JSON.stringify(answer)).toContain('RB-1');
    },
  );

  it('is found as it was sent, where it was stored before its namespace had a normal form', async () => {
    const before = compileCatalog({ ...(await exampleDefinitions()), identitySettings: undefined as never });
    const asSent = compileCatalog({
      ...(await exampleDefinitions()),
      identitySettings: {
        ...(await exampleDefinitions()).identitySettings!,
        namespaces: { Email: { normalize: 'none' } },
      },
    });
    const platform = createPlatform({ wiring, catalog: asSent, start: START });
    platform.collect(login(1, { ECID: ecidOf(1), Email: 'Ada@Shop.Example' }));
    await platform.poller.run();
    const { profiles } = platform.stores;
    expect(await storedKey('Email:Ada@Shop.Example', before.normalForms, profiles)).toBe('Email:Ada@Shop.Example');
    expect(await storedKey('Email: Bob@Shop.Example', before.normalForms, profiles)).toBe('Email:bob@shop.example');
  });

  it.each([`Email:${EMAIL[2]}`, `Phone_E.164:${PHONE[2]}`])(
    'deletes the person, whatever their rows say, also in large objects of the lake: %s',
    async (identity) => {
      const platform = await populated();
      const { lake } = platform.stores;
      let merged = 0;
      const partitions = new Map((await Array.fromAsync(lake.list('dataset='))).map((key) => [key, partitionOf(key)!]));
      for (const partition of partitions.values()) {
        await compactStep(partition, '2026-03-02', { lake, settings: COMPACTION, newId: () => `merged-${++merged}` });
      }
      const written = [...EMAIL, ...PHONE].map((text) => text.trim());
      expect((await findIn(platform, written)).filter((found) => found.startsWith('lake'))).not.toEqual([]);

      await platform.schedules.erasePerson({ requestId: 'request-1', identity, reason: 'asked' });
      await platform.erased();
      expect((await findIn(platform, written)).filter((found) => !LATER.test(found))).toEqual([]);
      expect(await profilesOn(platform)).toHaveLength(2);

      // Nor does any of it come back, however it is written.
      for (const [n, email] of EMAIL.entries()) platform.collect(login(20 + n, { ECID: ecidOf(n + 21), Email: email }));
      for (const [n, phone] of PHONE.entries()) {
        platform.collect(login(30 + n, { ECID: ecidOf(n + 31), 'Phone_E.164': phone }));
      }
      await platform.poller.run();
      expect(await profilesOn(platform)).toHaveLength(2);
      expect((await findIn(platform, written)).filter((found) => !LATER.test(found))).toEqual([]);
    },
  );
});
