import { beforeEach, describe, expect, it } from 'vitest';
import { REFERENCE_ROUTES } from '#core/api/people/by-reference.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { labelDefinition } from '#core/governance/definition.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { NOW } from '#tests/harness/management/management.ts';
import { createPeople } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const HOUR = 3_600_000;
const BASE = '/tributary/profiles';

describe('people by reference', () => {
  let catalog: Catalog;
  let people: ReturnType<typeof createPeople>;
  let reference: string;

  beforeEach(async () => {
    catalog = await exampleDefinitions();
    people = createPeople(catalog);
    await people.ingest([
      attributes(NOW - 9 * HOUR, 'CRMID:RB-1', {
        loyalty: { tier: 'gold' },
        person: { name: { lastName: 'Lovelace' } },
      }),
      attributes(NOW - 8 * HOUR, 'CRMID:RB-1', { loyalty: { tier: 'gold', points: 4 } }, 'loyalty-program'),
      attributes(NOW - 9 * HOUR, 'CRMID:RB-2', { loyalty: { tier: 'bronze' } }),
      ...[1, 2, 3].map((n) =>
        event(NOW - n * HOUR, ['CRMID:RB-1', ecid(1)], {
          _id: `e${n}`,
          eventType: n === 3 ? 'commerce.productListAdds' : 'web.webpagedetails.pageViews',
          commerce: { productListAdds: { value: n === 3 ? 1 : 0 } },
        }),
      ),
    ]);
    reference = await people.referenceOf('crmid', 'RB-1');
  });

  it('are found by any identity of theirs, asked for in a body, and have one reference for all', async () => {
    expect(reference).toMatch(/^p_[\w-]{40,}$/);
    expect(await people.referenceOf('ECID', ecid(1).slice(5))).toBe(reference);
    const { status, body } = await people.call('POST', `${BASE}/search`, { namespace: 'CRMID', value: 'nobody' });
    expect([status, body]).toEqual([200, { profiles: [] }]);
    expect((await people.call('POST', `${BASE}/search`, { namespace: 'XYZ', value: '1' })).body.detail).toContain(
      'ECID',
    );
  });

  it('show every value with the dataset and the instant of the record that set it', async () => {
    const { body } = await people.call('GET', `${BASE}/${reference}/attributes`);
    expect(body.attributes).toContainEqual({
      path: ['person', 'name', 'lastName'],
      value: 'Lovelace',
      labels: [],
      dataset: 'customers',
      identity: { id: reference, namespace: 'CRMID', value: 'RB-1' },
      recordedAt: new Date(NOW - 9 * HOUR).toISOString(),
    });
  });

  it('show their events in pages, by type, dataset and time', async () => {
    const first = await people.call('GET', `${BASE}/${reference}/events?limit=2`);
    expect(first.body.events.map((one: { event: object }) => one.event)).toMatchObject([{ _id: 'e1' }, { _id: 'e2' }]);
    const rest = await people.call('GET', `${BASE}/${reference}/events?limit=2&start=${first.body.next}`);
    expect(rest.body.events).toMatchObject([{ event: { _id: 'e3' }, type: 'commerce.productListAdds' }]);
    expect(rest.body.next).toBeUndefined();
    const carts = await people.call('GET', `${BASE}/${reference}/events?type=commerce.productListAdds`);
    expect(carts.body.events).toHaveLength(1);
    expect((await people.call('GET', `${BASE}/${reference}/events?dataset=store-orders`)).body.events).toEqual([]);
    const from = new Date(NOW - 2 * HOUR).toISOString();
    expect((await people.call('GET', `${BASE}/${reference}/events?from=${from}`)).body.events).toHaveLength(2);
    expect((await people.call('GET', `${BASE}/${reference}/events?start=x`)).status).toBe(400);
  });

  it('say in which audiences they are, since when and until when, and why', async () => {
    const { body } = await people.call('GET', `${BASE}/${reference}/audiences`);
    const statusOf = Object.fromEntries(
      body.audiences.map((one: { id: string; status: string }) => [one.id, one.status]),
    );
    expect(statusOf).toMatchObject({ 'gold-and-silver': 'realized', 'several-stores': 'none' });
    const why = await people.call('GET', `${BASE}/${reference}/audiences/cart-abandoners/explanation`);
    expect(why.body).toMatchObject({ audience: { id: 'cart-abandoners' }, method: 'streaming' });
    const other = await people.referenceOf('CRMID', 'RB-2');
    const whyNot = await people.call('GET', `${BASE}/${other}/audiences/gold-and-silver/explanation`);
    expect(whyNot.body).toMatchObject({ isMember: false, rule: { isTrue: false } });
    expect(JSON.stringify(whyNot.body.rule)).toContain('"value":"bronze"');
    expect((await people.call('GET', `${BASE}/${reference}/audiences/nothing/explanation`)).status).toBe(404);
  });

  it('show all links of their graph, by ids that stand for identities', async () => {
    const { body } = await people.call('GET', `${BASE}/${reference}/graph`);
    expect(body.nodes.map(({ namespace }: { namespace: string }) => namespace)).toEqual(['CRMID', 'ECID']);
    expect(body.profile).toBe(reference);
    expect(body.links).toEqual([
      {
        a: reference,
        b: body.nodes[1].id,
        firstSeen: new Date(NOW - 3 * HOUR).toISOString(),
        lastSeen: new Date(NOW - HOUR).toISOString(),
        datasets: ['web-events'],
      },
    ]);
  });

  it('say what each destination holds of them, and why', async () => {
    const { body } = await people.call('GET', `${BASE}/${reference}/destinations`);
    expect(body.destinations.map(({ id }: { id: string }) => id)).toEqual(catalog.destinations.map(({ id }) => id));
    const { body: why } = await people.call('GET', `${BASE}/${reference}/destinations/webhook/explanation`);
    expect(why.audiences).toContainEqual(expect.objectContaining({ id: 'cart-abandoners', outcome: 'toRoute' }));
  });

  it('are shown as a sample of an audience, with what its rule reads', async () => {
    const { body } = await people.call('GET', `${BASE}?audience=gold-and-silver`);
    expect(body).toMatchObject({
      isComplete: true,
      profiles: [{ reference, identity: { namespace: 'CRMID', value: 'RB-1' } }],
    });
    expect(body.profiles[0].fields).toContainEqual({ path: ['loyalty', 'tier'], value: 'gold', labels: [] });
  });

  it('leave an audit record of every look, before it is answered', async () => {
    const before = (await people.reads()).length;
    for (const path of ['', '/attributes', '/consents', '/events', '/audiences', '/graph', '/destinations']) {
      const { status } = await people.call('GET', `${BASE}/${reference}${path}`, undefined, {
        'x-purpose': 'ticket 7',
      });
      expect([path, status]).toEqual([path, 200]);
    }
    const reads = (await people.reads()).slice(before);
    expect(reads.map(({ what }) => what)).toEqual([
      ...['profile', 'profile', 'profile', 'events', 'audiences', 'identities', 'deliveries'],
    ]);
    for (const { purpose, identities, found } of reads)
      expect([purpose, identities.length, found]).toEqual(['ticket 7', 1, 1]);
    people.stores.readLog.append = () => Promise.reject(new Error('the table is away'));
    await expect(people.call('GET', `${BASE}/${reference}`)).rejects.toThrow('away');
  });

  it('hide what has a label that the caller may not see, and the audiences that would tell it', async () => {
    const labels = [labelDefinition.parse({ dataset: 'customers', fields: { 'loyalty.tier': ['C2'] } })];
    const labelled = createPeople({ ...catalog, labels });
    await labelled.ingest([
      attributes(NOW, 'CRMID:RB-1', {
        loyalty: { tier: 'gold', points: 4 },
        person: { name: { lastName: 'Lovelace' } },
      }),
    ]);
    const own = await labelled.referenceOf('CRMID', 'RB-1');
    labelled.actAs(['profile:read:I1']);
    const { body } = await labelled.call('GET', `${BASE}/${own}/attributes`);
    expect(body.attributes).toMatchObject([
      { path: ['loyalty', 'tier'], isMasked: true, labels: ['C2'] },
      { path: ['loyalty', 'points'], value: 4 },
      { path: ['person', 'name', 'lastName'], value: 'Lovelace' },
    ]);
    const audiences = await labelled.call('GET', `${BASE}/${own}/audiences`);
    expect(audiences.body.audiences.map(({ id }: { id: string }) => id)).not.toContain('gold-and-silver');
    expect(audiences.body.omitted).toBeGreaterThan(0);
    expect((await labelled.call('GET', `${BASE}/${own}/audiences/gold-and-silver/explanation`)).status).toBe(403);
    expect((await labelled.call('GET', `${BASE}?audience=gold-and-silver`)).status).toBe(403);
    expect((await labelled.call('GET', `${BASE}/${own}`)).body.identity).toEqual({ namespace: 'CRMID' });
  });

  it('are described by shapes that every answer has', async () => {
    for (const { path, answer, method } of REFERENCE_ROUTES) {
      if (method !== 'GET') continue;
      const id = path.includes('/destinations/') ? 'webhook' : 'gold-and-silver';
      const query = path === '' ? '?audience=gold-and-silver' : '';
      for (const scope of ['profile:read', 'profile:read:masked']) {
        people.actAs([scope]);
        const { status, body } = await people.call(
          'GET',
          `${BASE}${path.replace('{reference}', reference).replace('{id}', id)}${query}`,
        );
        expect([path, status]).toEqual([path, 200]);
        expect(answer!.parse(body)).toEqual(body);
      }
    }
  });
});
