import { describe, expect, it } from 'vitest';
import { PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { type FieldTree, fieldTree } from '#core/schema/field-tree.ts';
import { problemsOfFields } from '#core/segmentation/pql/check/fields.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';

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
      colours: { type: 'array', items: text },
      vip: { type: 'boolean' },
      age: { type: 'integer' },
      born: text,
      prices: { type: 'object', additionalProperties: number },
      odd: { type: ['string', 'number'] },
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
  problemsOfFields(parsePql(pql), UNIONS).map(({ offset }) => /^\w+/.exec(pql.slice(offset))?.[0] ?? '');

describe('fields that PQL reads', () => {
  it.each([
    'loyalty.tier = "gold" and loyalty.points > 3',
    'identityMap.ECID.count() >= 2 and identityMap.Anything.id.includes("x")',
    'extras.what.ever = 1 and loose.other.thing = 2',
    'address.inside.inside.city = "Lyon"',
    'exists E from xEvent where E.commerce.order.priceTotal > 1 and E.eventType = "a"',
    'xEvent[eventType = "a" and timestamp occurs <= 3 days before now].sum(commerce.order.priceTotal) > 2',
    'exists E from xEvent where (exists I from E.productListItems where I.SKU = "x" and I.quantity > E.commerce.order.priceTotal)',
    'xEvent[productListItems.SKU.includes("x")].count() > 1',
    'xEvent[productListItems[quantity > 1].count() > 2].count() > 1',
    'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "a"), B: WHAT(eventType = "b") WHEN(<= 1 day after A)])',
    'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "a")]) and loyalty.tier = "x"',
    'xEvent.groupBy(eventType).count() > 2',
    'xEvent.topN(timestamp, 1).head().eventType = "a"',
    'xEvent[eventType = ^.loyalty.tier].count() > 0',
    'let T = loyalty in T.tier = "gold"',
    'xEvent.filter((E) => E.eventType = "a").map((E) => E.commerce.order.priceTotal).count() > 1',
    'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).get("a") >= 2',
    'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.sum(commerce.order.priceTotal))).values().max() > 1',
    'xEvent.groupBy(eventType).get("a").sum(commerce.order.priceTotal) > 1',
    'xEvent.groupBy(eventType).values().map((G) => G.count()).max() > 1',
    'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).keys().includes("a")',
    'xEvent.exists(eventType = "a" and productListItems.exists(SKU.equals("x", false)))',
    'select E from xEvent where E.eventType = "a", I from E.productListItems where I.SKU = "x"',
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
    ['xEvent.exists(productListItems.exists(sku = "x")) and colours.forall(shade = 1)', ['sku', 'shade']],
    ['select E from xEvent where E.kind = "a", I from E.productListItems where I.sku = "x"', ['kind', 'sku']],
    ['let T = loyalty in T.teir = "gold"', ['teir']],
    ['xEvent.filter((E) => E.kind = "a").count() > 1', ['kind']],
    ['xEvent[timestamp occurs after birthday].count() > 0', ['birthday']],
  ])('are unknown in %s: %j', (pql, fields) => {
    expect(unknownIn(pql)).toEqual(fields);
  });

  it('are not looked for where no schema says what there is', () => {
    expect(
      problemsOfFields(parsePql('a.b = 1 and xEvent[c = 2].count() > 0'), { profile: undefined, event: undefined }),
    ).toEqual([]);
  });

  it.each([
    ['exists E from xEvent where eventType = "a"', 'did you mean E.eventType?'],
    ['xEvent[eventType = "a" and vip].count() > 1', 'did you mean ^.vip?'],
    ['xEvent[productListItems[eventType = "a"].count() > 0].count() > 0', 'did you mean ^.eventType?'],
    ['loyalty.teir = "x"', 'did you mean "tier"?'],
    ['loyalty.colour = "x"', 'the fields there are points, tier'],
  ])('are hinted at where they are: %s', (pql, hint) => {
    expect(problemsOfFields(parsePql(pql), UNIONS).map((problem) => problem.hint)).toEqual([hint]);
  });

  it.each([
    'N: WHEN(<= 2 hours before A) COUNT(0), A: WHAT(eventType = "a")',
    'A: WHAT(A.eventType = "a"), N: WHAT(eventType = A.eventType) COUNT(0), B: WHAT(eventType = "b") WHEN(> 1 day after A)',
  ])('may be those of the steps that a step of a chain can name: %s', (steps) => {
    expect(unknownIn(`CHAIN(xEvent, timestamp, [${steps}])`)).toEqual([]);
  });
});

describe('values that PQL puts together', () => {
  const problems = (pql: string): string[] =>
    problemsOfFields(parsePql(pql), UNIONS).map(({ offset, message }) => `${offset}: ${message}`);

  it.each([
    ['loyalty.tier = 5', '15: "loyalty.tier" is a text and is compared with a number'],
    ['5 = loyalty.tier', '4: "loyalty.tier" is a text and is compared with a number'],
    ['loyalty.points > "5"', '17: "loyalty.points" is a number and is compared with a text'],
    ['vip = "true"', '6: "vip" is true or false and is compared with a text'],
    ['loyalty.points > vip', '17: "loyalty.points" is a number and is compared with true or false'],
    ['age.equals("4")', '11: "age" is a number and is compared with a text'],
    ['loyalty.tier = null', '15: nothing is equal to null, or not equal to it'],
    ['colours = "red"', '10: "colours" is a list of texts and is compared with a text'],
    [
      'xEvent.commerce.order.priceTotal > 3',
      '35: "commerce.order.priceTotal" is a list of numbers and is compared with a number',
    ],
    [
      'exists E from xEvent where E.productListItems.SKU = "x"',
      '52: "productListItems.SKU" is a list of texts and is compared with a text',
    ],
    ['age in ["a", "b"]', '7: "age" is a number and is looked for in a list of texts'],
    ['age in 5', '7: it is a number, not a list'],
    ['colours in ["a"]', '11: "colours" is a list of texts itself'],
    ['colours.includes(5)', '17: it is a number and is looked for in a list of texts'],
    ['age like "4%"', '0: "age" is a number'],
    ['loyalty.tier like 4', '18: it is a number'],
    ['age.startsWith("4")', '0: "age" is a number'],
    ['colours.startsWith("r")', '0: "colours" is a list of texts'],
    ['loyalty.tier.contains(4)', '22: it is a number'],
    ['vip.getMonth() = 4', '0: "vip" is true or false'],
    ['vip occurs today', '0: "vip" is true or false'],
    ['born occurs before vip', '19: "vip" is true or false'],
    ['loyalty.tier + 1', '0: it is a text, not a condition'],
    ['loyalty.tier * 2 > 1', '0: "loyalty.tier" is a text'],
    ['age + vip > 1', '6: "vip" is true or false'],
    ['-loyalty.tier > 1', '1: "loyalty.tier" is a text'],
    ['xEvent.sum(eventType) > 1', '11: "eventType" is a text'],
    ['colours.sum() > 1', '0: "colours" is a list of texts'],
    ['xEvent.max(commerce) > 1', '11: "commerce" is an object'],
    ['age.count() > 1', '0: "age" is a number, not a list'],
    ['prices.count() > 1', '0: "prices" is an object, not a list'],
    ['age.get("x") = 1', '0: "age" is a number'],
    ['exists A from age where A > 1', '14: "age" is a number, not a list'],
    ['age', '0: "age" is a number, not a condition'],
    ['xEvent', '0: it is a list of objects, not a condition'],
    ['xEvent.count()', '0: it is a number, not a condition'],
    [
      '(select E from xEvent where E.eventType = "a") = vip',
      '49: it is a list of objects and is compared with true or false',
    ],
    ['xEvent.groupBy(eventType)', '0: it is a list of objects, not a condition'],
    ['xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count()))', '0: it is a list of objects, not a condition'],
    ['xEvent.map((E) => E.eventType = "a")', '0: it is a list of true or false, not a condition'],
    ['identityMap.values()', '0: it is a list, not a condition'],
    ['vip and age', '8: "age" is a number, not a condition'],
    ['not age', '4: "age" is a number, not a condition'],
    ['if(age, true, false)', '3: "age" is a number, not a condition'],
    ['if(vip, 1, 2)', '0: it is a number, not a condition'],
    ['xEvent[eventType].count() > 0', '7: "eventType" is a text, not a condition'],
    ['exists E from xEvent where E.eventType', '27: "eventType" is a text, not a condition'],
    ['CHAIN(xEvent, timestamp, [A: WHAT(eventType)])', '34: "eventType" is a text, not a condition'],
    ['let A = age in A = "x"', '19: "age" is a number and is compared with a text'],
    ['xEvent.max(timestamp) = true', '24: it is a time and is compared with true or false'],
    ['exists E from xEvent where E.timestamp > vip', '41: "timestamp" is a time and is compared with true or false'],
    ['(P) => P.age = "x"', '15: "age" is a number and is compared with a text'],
  ])('do not go together in %s', (pql, message) => {
    expect(problems(pql)).toEqual([message]);
  });

  it.each([
    'vip',
    'not vip and (vip or age > 3)',
    'odd = "x" or odd = 3',
    'extras.a = 1 and extras.a = "x"',
    'born < now and born occurs today and born = "1990-01-01" and born.getMonth() = currentMonth()',
    'now - born > 3 days and born + 1 month < now',
    'exists E from xEvent where E.timestamp >= "2026-01-01T00:00:00Z" and E.timestamp > 1544000000000 and E occurs today',
    'exists C from colours where C = "red"',
    'colours.head() = "red" and colours = ["red"] and "red" in colours and colours.intersects(["red"])',
    'prices.get("hat") > 3 and prices.keys().includes("hat") and prices.values().count() > 1',
    'loyalty.tier + "!" = "gold!" and loyalty.tier + age = "gold3"',
    'if(vip, loyalty.tier, "none") = "gold" and if(vip, age > 3, false)',
    'xEvent.max(timestamp) occurs <= 3 days before now and xEvent.head().eventType = "a"',
    'xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).get("a") > 2',
    'xEvent.map((E) => E.commerce.order.priceTotal * 2).max() > 3',
    'let E = xEvent[eventType = "a"] in (E.count() > 1 and E.sum(commerce.order.priceTotal) > 3)',
    '(sum X.commerce.order.priceTotal over X from xEvent) > 5',
    'xEvent.topN(commerce.order.priceTotal, 3)[eventType = "a"].count() >= 1',
    'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "a"), B: WHAT(eventType != A.eventType)]) WHERE A.eventType != B.eventType',
    'loyalty.tier.isNull() or loyalty.tier.equals("GOLD", false) or loyalty.tier.matches("^g")',
    'forall I from (select E from xEvent where E.eventType = "a").productListItems where I.quantity > 1',
  ])('go together in %s', (pql) => {
    expect(problems(pql)).toEqual([]);
  });
});
