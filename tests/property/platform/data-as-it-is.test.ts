import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { datasetDefinition } from '#core/ingestion/definition.ts';
import { schemaDefinition } from '#core/schema/definition.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

/** Small files as producers write them, against the catalog of the example: nulls, numbers as ids, booleans of databases. */

const START = Date.parse('2026-05-21T10:00:00Z');
const CUSTOMERS = 'https://riverbend.example/schemas/customers';
const UPSERT = { unifiedProfile: ['enabled:true', 'isUpsert:true'] };

describe('data as it is', () => {
  let example: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    example = await exampleDefinitions();
    wiring = readWiring(templatesOf('prod'));
  });

  /** The example with more datasets, and the schema of a loyalty programme. */
  const catalogWith = (...datasets: object[]): CompiledCatalog =>
    compileCatalog({
      ...example,
      schemas: [...example.schemas, LOYALTY],
      datasets: [...example.datasets, ...datasets.map((one) => datasetDefinition.parse(one))],
    });
  const started = (...datasets: object[]): Platform =>
    createPlatform({ wiring, catalog: catalogWith(...datasets), start: START });

  /** How many records of the last batch were accepted; a batch that failed has none. */
  async function accepted({ stores, poller }: Platform): Promise<number> {
    await poller.run();
    const batches = await Array.fromAsync(stores.operations.batches());
    return batches.at(-1)!.counts.accepted;
  }
  async function profileOf({ stores, catalog }: Platform, key: string) {
    const all = (await allProfiles(stores.profiles, stageSettings(catalog).evaluation)) as {
      readonly identities: readonly string[];
      readonly view: Record<string, Record<string, unknown>>;
    }[];
    return all.find(({ identities }) => identities.includes(key));
  }
  const parquet = async (platform: Platform, key: string, columnData: ColumnSource[]): Promise<number> => {
    await platform.stores.landing.put(key, new Uint8Array(parquetWriteBuffer({ columnData })));
    await platform.announce(key);
    return accepted(platform);
  };

  const TAKE_AWAY = {
    id: 'upserts',
    schemaRef: { id: CUSTOMERS },
    tags: UPSERT,
    mapping: [
      { source: 'crmId', destination: '_riverbend.crmId' },
      { source: 'email', destination: 'personalEmail.address' },
      { source: 'tier', destination: 'loyalty.tier' },
      { source: 'updatedAt', destination: 'extSourceSystemAudit.lastUpdatedDate', type: 'date-time' },
    ],
  };
  const row = (email: string, tier: string, day: number): string =>
    `crmId,email,tier,updatedAt\nRB-7041,${email},${tier},2026-05-0${day}T10:00:00Z`;
  const whole = { identities: ['CRMID:RB-7041', 'Email:ann@example.com'], tier: 'gold' };
  const bare = { identities: ['CRMID:RB-7041'], tier: undefined };
  const stateOf = async (platform: Platform) => {
    const profile = await profileOf(platform, 'CRMID:RB-7041');
    return { identities: profile?.identities, tier: profile?.view.loyalty?.tier };
  };

  it.each([
    ['are left out where nothing is said of them', {}, whole],
    ['clear where the dataset says so', { emptyCells: 'clear' }, bare],
    [
      'clear where the rule says so',
      { mapping: TAKE_AWAY.mapping.map((rule, i) => (i === 2 ? { ...rule, empty: 'clear' } : rule)) },
      { ...whole, tier: undefined },
    ],
    [
      'are left out where the rule says so, whatever the dataset does',
      {
        emptyCells: 'clear',
        mapping: TAKE_AWAY.mapping.map((rule, i) => (i === 1 ? { ...rule, empty: 'absent' } : rule)),
      },
      { ...whole, tier: undefined },
    ],
  ])('empty cells of updates %s', async (_, more, expected) => {
    const platform = started({ ...TAKE_AWAY, ...more });
    await platform.upload('landing/upserts/1.csv', row('ann@example.com', 'gold', 1));
    await platform.upload('landing/upserts/2.csv', row('', '', 2));
    await platform.poller.run();
    expect(await stateOf(platform)).toEqual(expected);
    // What is older than the update comes too late.
    await platform.upload('landing/upserts/3.csv', row('old@example.com', 'silver', 1).replace('10:00', '11:00'));
    await platform.poller.run();
    if (expected === bare) expect(await stateOf(platform)).toEqual(bare);
  });

  it.each([
    ['a streamed update', 'stream'],
    ['a file of updates', 'ndjson'],
    ['a Parquet file of updates', 'parquet'],
    ['a cell that means null', 'csv'],
  ])('null clears in %s', async (_, how) => {
    const platform = started({ ...TAKE_AWAY, nulls: ['NULL'] });
    await platform.upload('landing/upserts/1.csv', row('ann@example.com', 'gold', 1));
    await platform.poller.run();
    expect(await stateOf(platform)).toEqual(whole);
    const lastUpdatedDate = '2026-05-02T10:00:00Z';
    const xdmEntity = {
      _riverbend: { crmId: 'RB-7041' },
      personalEmail: { address: null },
      loyalty: { tier: null },
      extSourceSystemAudit: { lastUpdatedDate },
    };
    if (how === 'stream') {
      const header = { datasetId: 'upserts', operations: { data: 'merge' } };
      platform.collect(JSON.stringify({ header, body: { xdmEntity } }));
    }
    if (how === 'ndjson') await platform.upload('landing/upserts/2.ndjson', JSON.stringify(xdmEntity));
    if (how === 'csv') await platform.upload('landing/upserts/2.csv', row('NULL', 'NULL', 2));
    if (how === 'parquet') {
      await parquet(platform, 'landing/upserts/2.parquet', [
        { name: '_riverbend.crmId', data: ['RB-7041'] },
        { name: 'personalEmail.address', data: [null], type: 'STRING', nullable: true },
        { name: 'loyalty.tier', data: [null], type: 'STRING', nullable: true },
        { name: 'extSourceSystemAudit.lastUpdatedDate', data: [new Date(lastUpdatedDate)], type: 'TIMESTAMP' },
      ]);
    }
    await platform.poller.run();
    expect(await platform.quarantined()).toEqual([]);
    expect(await stateOf(platform)).toEqual(bare);
  });

  it('fields of events that are null are absent', async () => {
    const platform = started();
    const events = [
      { _id: 'e-1', timestamp: '2026-05-20T10:00:00Z', eventType: null, identityMap: { CRMID: [{ id: 'RB-7040' }] } },
      {
        _id: 'e-2',
        timestamp: '2026-05-20T10:00:00Z',
        eventType: 't',
        identityMap: { CRMID: [{ id: 'RB-7040', primary: null }] },
      },
    ];
    await platform.upload('landing/web-events/nulls.ndjson', events.map((one) => JSON.stringify(one)).join('\n'));
    expect(await accepted(platform)).toBe(2);
    // What an event needs is missing where it is null.
    await platform.upload('landing/web-events/missing.ndjson', JSON.stringify({ ...events[0], timestamp: null }));
    expect(await accepted(platform)).toBe(0);
    expect((await platform.quarantined())[0]!.rejections).toMatchObject([{ pointer: '/timestamp', found: 'nothing' }]);
  });

  const customers = [1, 2, 3].map((n) => ({
    crmId: 71_000 + n,
    email: n === 3 ? null : `p${n}@example.com`,
    tier: n === 1 ? 'gold' : 'none',
    updatedAt: '2026-05-01T10:00:00.000Z',
  }));
  const third = { identities: ['CRMID:71003'], view: { loyalty: { tier: 'none' } } };

  it('numbers are ids, by the mapping of customers', async () => {
    const platform = started();
    const lines = customers.map((one) => JSON.stringify(one));
    await platform.upload('landing/customers/rows.ndjson', lines.join('\n'));
    expect(await accepted(platform)).toBe(3);
    expect(await profileOf(platform, 'CRMID:71003')).toMatchObject(third);
    expect((await profileOf(platform, 'Email:p1@example.com'))?.identities).toContain('CRMID:71001');
  });

  it.each([
    ['by the mapping', { crmId: 'crmId', email: 'email', tier: 'tier', updatedAt: 'updatedAt' }],
    [
      'with dots in their names',
      {
        crmId: '_riverbend.crmId',
        email: 'personalEmail.address',
        tier: 'loyalty.tier',
        updatedAt: 'extSourceSystemAudit.lastUpdatedDate',
      },
    ],
  ])('columns of Parquet that hold whole numbers become text, %s', async (_, names) => {
    const platform = started();
    const columns: ColumnSource[] = [
      { name: names.crmId, data: customers.map(({ crmId }) => BigInt(crmId)), type: 'INT64' },
      { name: names.email, data: customers.map(({ email }) => email), type: 'STRING', nullable: true },
      { name: names.tier, data: customers.map(({ tier }) => tier) },
      { name: names.updatedAt, data: customers.map(({ updatedAt }) => new Date(updatedAt)), type: 'TIMESTAMP' },
    ];
    expect(await parquet(platform, 'landing/customers/rows.parquet', columns)).toBe(3);
    expect(await profileOf(platform, 'CRMID:71003')).toMatchObject(third);
  });

  const LOYALTY = schemaDefinition.parse({
    $id: 'https://riverbend.example/schemas/loyalty',
    'meta:class': 'https://ns.adobe.com/xdm/context/profile',
    type: 'object',
    properties: {
      _riverbend: { type: 'object', properties: { loyaltyId: { type: 'string' }, vip: { type: 'boolean' } } },
      points: { type: 'integer' },
      joined: { type: 'string', format: 'date-time' },
      city: { type: 'string' },
      tier: { type: 'string' },
    },
    descriptors: [
      {
        '@type': 'xdm:descriptorIdentity',
        'xdm:sourceProperty': '/_riverbend/loyaltyId',
        'xdm:namespace': 'CRMID',
        'xdm:isPrimary': true,
      },
    ],
  });
  const loyalty = (mapping: object[]): object => ({
    id: 'loyalty',
    schemaRef: { id: LOYALTY.$id },
    nulls: ['\\N'],
    mapping: [{ source: 'id', destination: '_riverbend.loyaltyId' }, ...mapping],
  });

  it('booleans and instants are read as Postgres writes them', async () => {
    const platform = started(
      loyalty([
        { source: 'vip', destination: '_riverbend.vip', type: 'boolean' },
        { source: 'since', destination: 'joined', type: 'date-time' },
      ]),
    );
    const rows = ['Q1,t,2026-05-01 10:00:00.123+00', 'Q2,f,2026-05-01 12:00:00+02', 'Q3,\\N,\\N'];
    await platform.upload('landing/loyalty/people.csv', ['id,vip,since', ...rows].join('\n'));
    expect(await accepted(platform)).toBe(3);
    const views = await Promise.all(['Q1', 'Q2', 'Q3'].map((id) => profileOf(platform, `CRMID:${id}`)));
    expect(views.map((one) => [one?.view._riverbend?.vip, one?.view.joined])).toEqual([
      [true, '2026-05-01T10:00:00.123Z'],
      [false, '2026-05-01T10:00:00.000Z'],
      [undefined, undefined],
    ]);
  });

  it('numbers are ids, texts are numbers, and epoch seconds and milliseconds instants, without a type in the mapping', async () => {
    const mapping = ['points', 'joined', 'city', 'tier'].map((name) => ({
      source: name,
      destination: name,
      optional: true,
    }));
    const platform = started(loyalty(mapping));
    const records = [
      { id: 7_625_458, points: '120', tier: 'gold', joined: 1_714_557_600_000, city: null },
      { id: 7_625_459, points: 75.0, tier: null, joined: 1_714_557_600, city: 'Oslo' },
    ];
    await platform.upload('landing/loyalty/export.json', JSON.stringify(records));
    expect(await accepted(platform)).toBe(2);
    const joined = '2024-05-01T10:00:00.000Z';
    const viewOf = async (id: number) => {
      const { identityMap: _map, xEvent: _events, ...view } = (await profileOf(platform, `CRMID:${id}`))!.view;
      return view;
    };
    expect(await viewOf(7_625_458)).toEqual({
      _riverbend: { loyaltyId: '7625458' },
      points: 120,
      tier: 'gold',
      joined,
    });
    expect(await viewOf(7_625_459)).toEqual({ _riverbend: { loyaltyId: '7625459' }, points: 75, joined, city: 'Oslo' });
  });
});
