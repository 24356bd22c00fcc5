import { describe, expect, it } from 'vitest';
import { unknownPaths } from '#core/catalog/checks/pql-paths.ts';
import { PROFILE_CLASS, type SchemaDefinition } from '#core/catalog/definitions.ts';
import { type FieldTree, fieldTree } from '#core/catalog/field-tree.ts';
import { parsePql } from '#core/segmentation/pql/parse.ts';

const text = { type: 'string' };
const number = { type: 'number' };
const object = (properties: object): object => ({ type: 'object', properties });

function tree(properties: object, definitions: object = {}): FieldTree {
  const schema: SchemaDefinition = {
    $id: 'x',
    'meta:class': PROFILE_CLASS,
    type: 'object',
    descriptors: [],
    properties: properties as Record<string, unknown>,
    definitions,
  };
  return fieldTree([schema], new Map());
}

const UNIONS = {
  profile: tree(
    {
      loyalty: object({ tier: text, points: number }),
      identityMap: { type: 'object', additionalProperties: { type: 'array', items: object({ id: text }) } },
      extras: { type: 'object' },
      loose: { type: 'object', properties: { a: text }, additionalProperties: true },
      address: { $ref: '#/definitions/address' },
    },
    { address: object({ city: text, inside: { $ref: '#/definitions/address' } }) },
  ),
  event: tree({
    timestamp: text,
    eventType: text,
    commerce: object({ order: object({ priceTotal: number }) }),
    productListItems: { type: 'array', items: object({ SKU: text, quantity: number }) },
  }),
};

const unknownIn = (pql: string): string[] =>
  unknownPaths(parsePql(pql), UNIONS).map(({ offset }) => /^\w+/.exec(pql.slice(offset))?.[0] ?? '');

describe('fields that PQL reads', () => {
  it.each([
    'loyalty.tier = "gold" and loyalty.points > 3',
    'identityMap.ECID.count() >= 2 and identityMap.Anything.id = "x"',
    'extras.what.ever = 1 and loose.other.thing = 2',
    'address.inside.inside.city = "Lyon"',
    'exists E from xEvent where E.commerce.order.priceTotal > 1 and E.eventType = "a"',
    'xEvent[eventType = "a" and timestamp occurs <= 3 days before now].sum(commerce.order.priceTotal) > 2',
    'exists E from xEvent where (exists I from E.productListItems where I.SKU = "x" and I.quantity > E.commerce.order.priceTotal)',
    'xEvent[productListItems.SKU = "x"].count() > 1',
    'xEvent[productListItems[quantity > 1].count() > 2].count() > 1',
    'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "a"), B: WHAT(eventType = "b") WHEN(<= 1 day after A)])',
    'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "a")]) and loyalty.tier = "x"',
    'xEvent.groupBy(eventType).count() > 2',
    'xEvent.topN(timestamp, 1).head().eventType = "a"',
    'xEvent[eventType = ^.loyalty.tier].count() > 0',
    'let T = loyalty in T.tier = "gold"',
    'xEvent.filter((E) => E.eventType = "a").map((E) => E.commerce.order.priceTotal).count() > 1',
  ])('are all known in %s', (pql) => {
    expect(unknownIn(pql)).toEqual([]);
  });

  it.each([
    ['loyalty.teir = "gold"', ['teir']],
    ['tier = "gold"', ['tier']],
    ['loyalty.tier.name = "gold"', ['name']],
    ['not (loyalty.teir in ["a", b])', ['teir', 'b']],
    ['address.inside.town = "Lyon"', ['town']],
    ['exists E from xEvent where E.comerce.order.priceTotal > 1', ['comerce']],
    ['exists E from xEvent where exists I from E.productListItems where I.sku = "x"', ['sku']],
    ['xEvent[eventTyp = "a"].sum(commerce.order.total) > 2', ['eventTyp', 'total']],
    ['xEvent[productListItems[qty > 1].count() > 2].count() > 1', ['qty']],
    ['CHAIN(xEvent, timestamp, [A: WHAT(a = "a"), B: WHAT(eventType = "b") WHEN(<= 1 day after C)])', ['a', 'C']],
    ['xEvent.groupBy(store).count() > 2', ['store']],
    ['let T = loyalty in T.teir = "gold"', ['teir']],
    ['xEvent.filter((E) => E.kind = "a").count() > 1', ['kind']],
    ['xEvent[timestamp occurs after birthday].count() > 0', ['birthday']],
  ])('are unknown in %s: %j', (pql, fields) => {
    expect(unknownIn(pql)).toEqual(fields);
  });

  it('are not looked for where no schema says what there is', () => {
    expect(
      unknownPaths(parsePql('a.b = 1 and xEvent[c = 2].count() > 0'), { profile: undefined, event: undefined }),
    ).toEqual([]);
  });
});
