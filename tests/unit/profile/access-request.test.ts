import { describe, expect, it } from 'vitest';
import { selectFields } from '#core/access/fields.ts';
import { fitsFilter, parsePropertyFilter } from '#core/access/property-filter.ts';
import { readBody, readQuery } from '#core/access/request.ts';

const query = (text: string) => readQuery(new URLSearchParams(text));
const body = (json: unknown) => readBody(new TextEncoder().encode(JSON.stringify(json)));
const EVENTS = 'schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile';

describe('a request for profiles', () => {
  it('names one identity in the address', () => {
    expect(
      query('schema.name=_xdm.context.profile&entityId=a@b.c&entityIdNS=Email&fields=person.name,%20x&mergePolicyId=p'),
    ).toEqual({
      schema: '_xdm.context.profile',
      identities: [{ entityId: 'a@b.c', namespace: 'Email' }],
      fields: ['person.name', 'x'],
      mergePolicyId: 'p',
      limit: 1_000,
      orderby: 'timestamp',
      properties: [],
    });
  });

  it('takes a plus before timestamp for what it is, though an address makes it a space', () => {
    for (const order of ['+timestamp', '%2Btimestamp', 'timestamp']) {
      expect(query(`${EVENTS}&relatedEntityId=1&orderby=${order}`)).toMatchObject({ orderby: 'timestamp' });
    }
    expect(query(`${EVENTS}&relatedEntityId=1&orderBy=-timestamp`)).toMatchObject({ orderby: '-timestamp' });
  });

  it('gets no more than a thousand events, whatever it asks for', () => {
    expect(query(`${EVENTS}&relatedEntityId=1&limit=5000`)).toMatchObject({ limit: 1_000 });
    expect(query(`${EVENTS}&relatedEntityId=1&limit=7`)).toMatchObject({ limit: 7 });
  });

  it('keeps every condition, commas and all', () => {
    expect(query(`${EVENTS}&relatedEntityId=1&property=a%3D1,2&property=b%3E%3D3`)).toMatchObject({
      properties: ['a=1,2', 'b>=3'],
    });
  });

  it.each([
    ['entityId=1&entityIdNS=ECID', /schema\.name/],
    ['schema.name=_xdm.context.profile&entityIdNS=ECID', /entityId/],
    ['schema.name=_xdm.context.profile&entityId=', /entityId/],
    ['schema.name=_xdm.context.experienceevent&relatedEntityId=1', /relatedSchema\.name/],
    [`${EVENTS}&entityId=1`, /relatedEntityId/],
    [`${EVENTS}&relatedEntityId=1&startTime=2026-01-01`, /startTime/],
    [`${EVENTS}&relatedEntityId=1&limit=0`, /limit/],
    [`${EVENTS}&relatedEntityId=1&orderby=name`, /orderby/],
  ])('is rejected when it is %s, and says where', (text, where) => {
    expect(query(text)).toMatchObject({ status: 422, detail: expect.stringMatching(where) });
  });

  it('names many identities in a body, in either of the ways that AEP has', () => {
    expect(
      body({
        schema: { name: '_xdm.context.experienceevent' },
        relatedSchema: { name: '_xdm.context.profile' },
        identities: [
          { entityId: '1', entityIdNS: { code: 'ECID' } },
          { relatedEntityId: '2', relatedEntityIdNS: { code: 'ECID' }, start: '5.abc' },
        ],
        timeFilter: { startTime: 5, endTime: 9 },
        orderby: '-timestamp',
        limit: 10,
        withCA: true,
      }),
    ).toEqual({
      schema: '_xdm.context.experienceevent',
      identities: [
        { entityId: '1', namespace: 'ECID' },
        { entityId: '2', namespace: 'ECID', start: '5.abc' },
      ],
      startTime: 5,
      endTime: 9,
      limit: 10,
      orderby: '-timestamp',
      properties: [],
    });
  });

  it('is 400 when its body is no JSON, and 422 when it is not what is expected; neither repeats a value', () => {
    expect(readBody(new TextEncoder().encode('{"a":'))).toMatchObject({ status: 400 });
    const schema = { name: '_xdm.context.profile' };
    expect(body({ schema, identities: [] })).toMatchObject({ status: 422 });
    expect(body({ schema, identities: [{ entityId: 42 }] })).toMatchObject({ status: 422 });
    expect(body({ identities: [{ entityId: '1' }] })).toMatchObject({ status: 422 });
    const twice = { entityId: 'secret', entityIdNS: { code: 'ECID' } };
    const rejected = body({ schema, identities: [twice, twice] });
    expect(rejected).toMatchObject({ status: 422 });
    expect(JSON.stringify(rejected)).not.toContain('secret');
  });
});

describe('fields', () => {
  const entity = { a: { b: 1, c: 2 }, list: [{ sku: 'x', n: 1 }, { n: 2 }], plain: 'p' };

  it('are cut out of an entity, through lists, and what is not there is left out', () => {
    expect(selectFields(entity, ['a.b', 'list.sku', 'plain.below', 'missing'])).toEqual({
      a: { b: 1 },
      list: [{ sku: 'x' }],
    });
  });

  it('that lie in one another give the larger', () => {
    expect(selectFields(entity, ['a.b', 'a'])).toEqual({ a: entity.a });
    expect(selectFields(entity, ['a', 'a.b'])).toEqual({ a: entity.a });
  });

  it('never lead into what every object has', () => {
    expect(selectFields(entity, ['__proto__', 'constructor.name', 'toString'])).toEqual({});
  });
});

describe('a condition on a field', () => {
  const event = {
    commerce: { order: { priceTotal: 10 } },
    web: { isHomePage: true, name: 'Home' },
    localTime: '2026-03-01T10:00:00+02:00',
    productListItems: [{ SKU: 'A' }, { SKU: 'B' }],
  };
  const fits = (text: string): boolean => fitsFilter(event, parsePropertyFilter(text)!);

  it.each([
    'commerce.order.priceTotal=10',
    'commerce.order.priceTotal>=10.0',
    'commerce.order.priceTotal<10.5',
    'commerce.order.priceTotal!=9',
    'web.isHomePage=true',
    'web.name="Home"',
    'web.name=Home',
    'web.name>Hallo',
    'localTime<="2026-03-01T08:00:00Z"',
    'localTime>2026-03-01',
    'productListItems.SKU=B',
    'productListItems.SKU!=C',
    'missing!=1',
  ])('%s fits', (text) => expect(fits(text)).toBe(true));

  it.each([
    'commerce.order.priceTotal<10',
    'commerce.order.priceTotal=ten',
    'commerce.order.priceTotal!=10',
    'web.isHomePage=false',
    'web.name=home',
    'productListItems.SKU!=A',
    'missing=1',
    'missing<1',
    'commerce=1',
  ])('%s does not', (text) => expect(fits(text)).toBe(false));

  it('needs a field and a comparison', () => {
    for (const text of ['', 'a', '=1', 'a.b']) expect(parsePropertyFilter(text)).toBeUndefined();
  });
});
