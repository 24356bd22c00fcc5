import { beforeEach, describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { stitch } from '#core/profile/stitch.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { createManagement, NOW } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const AUDIENCES = '/tributary/audiences';
const DAY = 86_400_000;
type Management = ReturnType<typeof createManagement>;

/** Twelve customers: four of gold, of whom one has opted out; every third put something into the cart two days ago. */
async function people({ stores, definitions }: Management): Promise<void> {
  const catalog = compileCatalog((await definitions.active()).catalog);
  const records = Array.from({ length: 12 }, (_, n) => [
    attributes(NOW - 9 * DAY, `CRMID:RB-${n}`, {
      loyalty: { tier: n < 4 ? 'gold' : 'bronze' },
      ...(n === 0 && { privacyOptOuts: { general_opt_out: 'out' } }),
    }),
    ...(n % 3 === 0
      ? [
          event(NOW - 2 * DAY, [`CRMID:RB-${n}`, ecid(n)], {
            _id: `cart-${n}`,
            eventType: 'commerce.productListAdds',
            commerce: { productListAdds: { value: 1 } },
          }),
        ]
      : []),
  ]).flat();
  await stitch(records, { ...stores, settings: stageSettings(catalog).fold, backoff: async () => {} });
}

let management: Management;
beforeEach(async () => {
  management = createManagement(await exampleDefinitions());
});

describe('the list of audiences', () => {
  it('says of each how it is evaluated and why, where it is sent, and what hangs on it', async () => {
    const { body } = await management.call('GET', AUDIENCES);
    const of = (wanted: string) => body.audiences.find(({ id }: { id: string }) => id === wanted);
    expect(of('several-stores')).toMatchObject({ state: 'active', plan: { method: 'batch' } });
    expect(of('several-stores').plan.reasons.join(' ')).toContain('whole history');
    expect(of('loyal-cart-abandoners').dependencies).toEqual(['cart-abandoners', 'gold-and-silver']);
    expect(of('gold-and-silver').dependents).toContain('loyal-cart-abandoners');
    const { catalog } = await management.definitions.active();
    const sent = catalog.destinations.find(({ segments }) => segments.length > 0)!;
    expect(of(sent.segments[0]!).destinations).toContainEqual(expect.objectContaining({ id: sent.id, enabled: true }));
  });

  it('names who changed an audience last, and why', async () => {
    const before = await management.call('GET', `${AUDIENCES}/gold-and-silver`);
    const changed = { ...before.body.definition, lifecycleState: 'published', name: 'The best' };
    const note = { 'if-match': before.headers.etag!, 'x-change-comment': 'a better name' };
    await management.call('PUT', '/tributary/definitions/segments/gold-and-silver', changed, note);
    const { body } = await management.call('GET', AUDIENCES);
    const withChange = body.audiences.filter((one: object) => 'changed' in one);
    expect(withChange).toEqual([
      expect.objectContaining({
        id: 'gold-and-silver',
        name: 'The best',
        changed: { at: expect.any(String), by: 'console', comment: 'a better name' },
      }),
    ]);
  });
});

describe('one audience', () => {
  it('comes with the tag under which its definition is changed, which holds for one change', async () => {
    const { headers, body } = await management.call('GET', `${AUDIENCES}/gold-and-silver`);
    const put = (name: string) =>
      management.call(
        'PUT',
        '/tributary/definitions/segments/gold-and-silver',
        { ...body.definition, name },
        { 'if-match': headers.etag! },
      );
    expect([(await put('Mine')).status, (await put('Yours')).status]).toEqual([200, 412]);
  });

  it('has a history of its own: what it was, not what became of others', async () => {
    const put = (id: string, value: object) =>
      management.call('PUT', `/tributary/definitions/segments/${id}`, value, { 'x-change-comment': `of ${id}` });
    const rule = (value: string) => ({ type: 'PQL', format: 'pql/text', value });
    await put('new-one', { id: 'new-one', name: 'New', expression: rule('loyalty.tier = "gold"') });
    await put('other', { id: 'other', name: 'Other', expression: rule('loyalty.tier = "silver"') });
    await put('new-one', { id: 'new-one', name: 'Newer', expression: rule('loyalty.tier = "gold"') });
    await management.call('DELETE', '/tributary/definitions/segments/new-one');
    const { body } = await management.call('GET', `${AUDIENCES}/new-one/history`);
    expect(
      body.versions.map((one: { change: string; definition?: { name: string } }) => [one.change, one.definition?.name]),
    ).toEqual([
      ['removed', undefined],
      ['changed', 'Newer'],
      ['added', 'New'],
    ]);
    expect((await management.call('GET', `${AUDIENCES}/nobody/history`)).status).toBe(404);
    expect((await management.call('GET', `${AUDIENCES}/nobody`)).status).toBe(404);
  });
});

describe('a rule that is checked', () => {
  const check = (pql: string) => management.call('POST', `${AUDIENCES}/rules/check`, { pql });

  it('is counted as a whole and by its parts, without those who opted out', async () => {
    await people(management);
    const { body } = await check(
      'loyalty.tier = "gold" and (exists E from xEvent where E.commerce.productListAdds.value > 0 and E.timestamp occurs <= 7 days before now)',
    );
    expect(body.problems).toEqual([]);
    expect(body.estimate).toMatchObject({ count: 1, low: 1, high: 1, sampled: 12, total: 12 });
    expect(body.optedOut).toMatchObject({ count: 1 });
    expect(body.plan).toMatchObject({ method: 'edge', reasons: [expect.any(String)] });
    expect(body.parts).toMatchObject([
      { text: 'loyalty.tier = "gold"', method: 'edge', estimate: { count: 3 } },
      { reasons: [expect.any(String)], estimate: { count: 3 } },
    ]);
  });

  it('is not counted where it makes no sense, and every mistake has its place', async () => {
    const { status, body } = await check('loyalty.tier = "gold"\nand loyalty.teir = "gold"');
    expect([status, body.estimate]).toEqual([200, undefined]);
    expect(body.problems).toEqual([
      expect.objectContaining({ line: 2, column: 13, hint: expect.stringContaining('tier') }),
    ]);
    expect((await check('loyalty.tier =')).body.problems).toHaveLength(1);
    expect((await check('inSegment("nobody")')).body.problems[0].message).toContain('nobody');
  });

  it('is doubted where it asks for a value that no schema knows', async () => {
    const { body } = await check('loyalty.tier = "platinum"');
    expect(body.problems).toEqual([]);
    expect(body.doubts).toEqual([expect.objectContaining({ line: 1, message: expect.stringContaining('platinum') })]);
  });

  it('says which destinations a policy keeps it from', async () => {
    const { catalog } = await management.definitions.active();
    const [first] = catalog.destinations;
    const changes = [
      {
        kind: 'labels',
        name: 'of customers',
        value: { dataset: 'customers', fields: { 'mobilePhone.number': ['C12'] } },
      },
    ];
    expect((await management.call('POST', '/tributary/definitions', { changes })).body).toMatchObject({ warnings: [] });
    const { body } = await check('mobilePhone.number.isNotNull()');
    expect(body.destinations.map(({ id }: { id: string }) => id)).toContain(first!.id);
    expect(body.destinations.every((one: { violations: object[] }) => one.violations.length > 0)).toBe(true);
    const other = await check('personalEmail.address.isNotNull()');
    expect(other.body.destinations.some((one: { violations: object[] }) => one.violations.length === 0)).toBe(true);
  });
});

describe('the fields of rules', () => {
  it('are those of profiles and of events, with the values that a schema lists', async () => {
    const { body } = await management.call('GET', `${AUDIENCES}/rules/fields`);
    const of = (wanted: string) => body.fields.find(({ path }: { path: string[] }) => path.join('.') === wanted);
    expect(of('loyalty.tier')).toMatchObject({ of: 'profile', types: ['string'], isList: false });
    expect(of('loyalty.tier').values.map(({ value }: { value: string }) => value)).toContain('gold');
    expect(of('commerce.order.priceTotal')).toMatchObject({ of: 'event', types: ['number'] });
    expect(of('productListItems.SKU')).toMatchObject({ of: 'event' });
  });
});
