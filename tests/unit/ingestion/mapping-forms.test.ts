import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { nestFlatNames } from '#core/ingestion/mapping/fields.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { requiredSources } from '#core/ingestion/mapping/required-sources.ts';

type Rule = Parameters<typeof mappingRule.parse>[0];
const rulesOf = (rules: readonly Rule[]) => rules.map((rule) => mappingRule.parse(rule));

const FIELDS = ['_id', 'timestamp', 'person', 'person.name', 'person.name.firstName', 'loyalty.tier', 'loyalty'];
const settings = { isField: (path: string) => FIELDS.includes(path) };

/** What the mapping makes of an object. */
const map = (rules: readonly Rule[], value: unknown) => compileMapping(rulesOf(rules), settings).mapObject(value);
const read = (source: string, value: object) => map([{ source, destination: 'x' }], value);

describe('a mapping of objects', () => {
  it.each([
    ['a', { a: 1 }, 1],
    ['a.b', { a: { b: 1 } }, 1],
    ['a.b', { 'a.b': 1 }, 1],
    ['a.b.c', { 'a.b': { c: 1 } }, 1],
    ['a.b', { 'a.b': null, a: { b: 1 } }, 1],
    ['a.b', { a: 'text' }, undefined],
    ['items[0].price', { items: [{ price: 1 }, { price: 2 }] }, 1],
    ['items[2].price', { items: [{ price: 1 }] }, undefined],
    ['items[*].price', { items: [{ price: 1 }, {}, { price: 2 }, null] }, [1, 2]],
    ['items[*].tags[*]', { items: [{ tags: ['a', 'b'] }, { tags: [] }, { tags: ['c'] }] }, ['a', 'b', 'c']],
    ['items[*].tags[0]', { items: [{ tags: ['a', 'b'] }, { tags: [] }, { tags: ['c'] }] }, ['a', 'c']],
    ['a.items[*].price.amount', { a: { items: [{ 'price.amount': 1 }, { price: { amount: 2 } }] } }, [1, 2]],
    ['items[*].price', { items: [] }, undefined],
    ['items[*].price', {}, undefined],
    ['list', { list: ['a', { b: 1 }] }, ['a', { b: 1 }]],
    ['a[0]', { 'a[0]': 1 }, 1],
    ['First Name (legal)', { 'First Name (legal)': 'A' }, 'A'],
    ['toString', {}, undefined],
    ['a.toString', { a: {} }, undefined],
    ['a.constructor.name', { a: {} }, undefined],
  ])('reads %s of %j', (source, value, expected) =>
    expect(read(source, value)).toEqual({ value: expected === undefined ? {} : { x: expected } }),
  );

  it.each([
    ['a.b', { 'a.b': 1, a: { b: 2 } }, 'both'],
    ['items[*].b', { items: { b: 2 } }, 'an object'],
    ['items[0]', { items: 'text' }, 'a string'],
  ])('rejects a record in which %s is ambiguous or no list: %j', (source, value, found) =>
    expect(read(source, value).rejection).toMatchObject({ code: 'mapping-failed', found }),
  );

  it.each([[7], ['text'], [null], [[1]]])('rejects %j, which is no record', (value) =>
    expect(map([{ source: 'a', destination: 'x' }], value).rejection?.code).toBe('mapping-failed'),
  );

  it('takes values of JSON for the text that a cell would have', () => {
    const rules: Rule[] = [
      { source: 'id', destination: 'id', type: 'string' },
      { source: 'n', destination: 'n', type: 'number' },
      { source: 'vip', destination: 'vip', type: 'boolean' },
      { source: 'since', destination: 'since', type: 'date-time', format: 'epochMillis' },
      { source: 'tags', destination: 'tags', type: 'string', transform: ['upper'] },
      { source: 'email', destination: 'email', transform: ['trim', 'lower'] },
      { source: 'none', destination: 'none' },
      { source: 'blank', destination: 'blank' },
    ];
    const record = {
      id: 91001,
      n: '7.5',
      vip: 1,
      since: 1714557600000,
      tags: ['a', 7],
      email: ' A@b.example ',
      none: null,
    };
    expect(map(rules, { ...record, blank: '' })).toEqual({
      value: {
        id: '91001',
        n: 7.5,
        vip: true,
        since: '2024-05-01T10:00:00.000Z',
        tags: ['A', '7'],
        email: 'a@b.example',
        none: null,
      },
    });
    expect(map(rules, { id: { a: 1 } }).rejection).toMatchObject({ column: 'id', pointer: '/id', found: 'an object' });
  });

  it('clears what is empty where the rule says so, in cells and in objects', () => {
    const rules: Rule[] = [
      { source: 'a', destination: 'x', empty: 'clear' },
      { source: 'b', destination: 'y' },
    ];
    const mapping = compileMapping(rulesOf(rules));
    expect(mapping.mapRow(['', ''], ['a', 'b'])).toEqual({ value: { x: null } });
    expect(mapping.mapObject({ a: '', b: '' })).toEqual({ value: { x: null } });
    expect(mapping.mapObject({})).toEqual({ value: {} });
  });

  it('takes records that are of the schema already as they are, and nests their names', () => {
    const rules: Rule[] = [
      { source: 'timestamp', destination: 'timestamp' },
      { source: 'tier', destination: 'loyalty.tier' },
    ];
    const nested = { _id: '1', timestamp: 't', person: { name: { firstName: 'A' } } };
    expect(map(rules, nested)).toEqual({ value: nested });
    expect(map(rules, { _id: '1', 'person.name.firstName': 'A' })).toEqual({
      value: { _id: '1', person: { name: { firstName: 'A' } } },
    });
    const { mapRow } = compileMapping(rulesOf(rules), settings);
    expect(mapRow(['1', 'gold'], ['_id', 'loyalty.tier'])).toEqual({ value: { _id: '1', loyalty: { tier: 'gold' } } });
    // Flat names may be meant either way.
    expect(map(rules, { _id: '1', timestamp: 't' })).toEqual({ value: { timestamp: 't' } });
    expect(map(rules, { ...nested, other: 1 })).toEqual({ value: { timestamp: 't' } });
  });

  it('fills fields with what no rule reads and is named after them with dots, in rows and in objects', () => {
    const mapping = compileMapping(rulesOf([{ source: 'id', destination: '_id', type: 'string' }]), settings);
    const expected = { value: { _id: '1', loyalty: { tier: 'gold' } } };
    expect(mapping.mapObject({ id: 1, 'loyalty.tier': 'gold', 'no.field': 1, person: 'x' })).toEqual(expected);
    expect(mapping.mapRow(['1', 'gold', 'x'], ['id', 'loyalty.tier', 'no.field'])).toEqual(expected);
    const filled = compileMapping(rulesOf([{ source: 'tier', destination: 'loyalty.tier' }]), settings);
    expect(filled.mapObject({ tier: 'a', 'loyalty.tier': 'b' }).rejection?.pointer).toBe('/loyalty/tier');
    expect(filled.mapRow(['a', 'b'], ['tier', 'loyalty.tier']).rejection?.pointer).toBe('/loyalty/tier');
    expect(filled.mapObject({ 'loyalty.tier': 'b', id: 1 })).toEqual({ value: { loyalty: { tier: 'b' } } });
  });
});

describe('names with dots in a record without a mapping', () => {
  it.each([
    [{ a: 1 }, { a: 1 }],
    [{ 'a.b': 1, 'a.c': 2 }, { a: { b: 1, c: 2 } }],
    [{ 'a.b': 1, a: { c: 2 } }, { a: { b: 1, c: 2 } }],
    [{ 'a.b': { c: 1 }, 'a.b.d': 2 }, { a: { b: { c: 1, d: 2 } } }],
    [{ 'a.b': 1, a: null }, { a: { b: 1 } }],
    [
      { 'a..b': 1, '.': 2 },
      { 'a..b': 1, '.': 2 },
    ],
  ])('lead into nested fields: %j', (record, expected) => {
    const before = JSON.stringify(record);
    expect(nestFlatNames(record)).toEqual({ value: expected });
    expect(JSON.stringify(record), 'what came is left as it is').toBe(before);
  });

  it('reject what two of them fill, and what they nest too deeply', () => {
    expect(nestFlatNames({ 'a.b': 1, a: { b: 2 } }).rejection?.pointer).toBe('/a/b');
    expect(nestFlatNames({ 'a.b': 1, a: 2 }).rejection?.pointer).toBe('/a/b');
    expect(nestFlatNames({ [`${'a.'.repeat(60)}a`]: [[[[1]]]] }).rejection?.code).toBe('too-deep');
  });
});

it('the columns that a file must have are those that rules read, unless they are optional', () => {
  const rules: Rule[] = [
    { source: 'a', destination: 'v' },
    { source: 'b', destination: 'w', optional: true },
    { source: 'a', destination: 'x' },
    { source: 'items[*].sku', destination: 'y' },
    { source: 'person.name', destination: 'z' },
    { constant: 1, destination: 'c' },
  ];
  expect(requiredSources(rulesOf(rules))).toEqual(['a', 'items', 'person.name']);
});
