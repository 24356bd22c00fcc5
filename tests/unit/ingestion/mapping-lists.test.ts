import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { parseDestination } from '#core/ingestion/mapping/destination.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';

type Rule = Parameters<typeof mappingRule.parse>[0];
const compile = (rules: readonly Rule[]) => compileMapping(rules.map((rule) => mappingRule.parse(rule)));
const map = (rules: readonly Rule[], value: unknown) => compile(rules).mapObject(value);

const ORDER = {
  currency: 'EUR',
  items: [
    { sku: 'A', price: '10', discounts: [{ code: 'x', amount: 1 }, { code: 'y' }] },
    { sku: ' ', price: '' },
    { price: '2.5', sku: 'B', discounts: [] },
  ],
  tags: ['t', 'u'],
};

describe('a mapping that fills lists', () => {
  it('makes an item of each item that it reads, with what is around it', () => {
    const rules: Rule[] = [
      { source: 'items[*].sku', destination: 'productListItems[*].SKU', transform: ['trim'] },
      { source: 'items[*].price', destination: 'productListItems[*].priceTotal', type: 'number' },
      { source: 'currency', destination: 'productListItems[*].currencyCode' },
      { constant: 1, destination: 'productListItems[*].quantity' },
      { expression: 'lower(items[*].sku) + "-" + currency', destination: 'productListItems[*].name' },
    ];
    expect(map(rules.slice(0, 4), { ...ORDER, currency: '' })).toEqual({
      value: {
        productListItems: [
          { SKU: 'A', priceTotal: 10, quantity: 1 },
          { SKU: 'B', priceTotal: 2.5, quantity: 1 },
        ],
      },
    });
    const { value } = map(rules, ORDER);
    expect(value?.productListItems).toMatchObject([{ name: 'a-EUR' }, { currencyCode: 'EUR' }, { name: 'b-EUR' }]);
    expect(map(rules, {})).toEqual({ value: {} });
    expect(map(rules, { items: null }), 'as any value that is null').toEqual({ value: { productListItems: null } });
    expect(map(rules, { items: [] })).toEqual({ value: {} });
  });

  it('makes lists in lists', () => {
    const rules: Rule[] = [
      { source: 'items[*].sku', destination: 'list[*].sku', transform: ['trim'] },
      { source: 'items[*].discounts[*].code', destination: 'list[*].codes[*].code' },
      { expression: 'concat(items[*].discounts[*].code, items[*].sku)', destination: 'list[*].codes[*].both' },
      { source: 'items[*].discounts[*].amount', destination: 'list[*].amounts' },
    ];
    expect(map(rules, ORDER)).toEqual({
      value: {
        list: [
          {
            sku: 'A',
            codes: [
              { code: 'x', both: 'xA' },
              { code: 'y', both: 'yA' },
            ],
            amounts: [1],
          },
          { sku: 'B' },
        ],
      },
    });
  });

  it('makes items of single values', () => {
    const rules: Rule[] = [{ source: 'tags[*]', destination: 'list[*].tag', transform: ['upper'] }];
    expect(map(rules, ORDER)).toEqual({ value: { list: [{ tag: 'T' }, { tag: 'U' }] } });
    expect(map([{ expression: 'upper(tags[*])', destination: 'list[*]' }], ORDER)).toEqual({
      value: { list: ['T', 'U'] },
    });
  });

  it('makes a list of columns, without the items that have no value of their own', () => {
    const rules: Rule[] = [
      { source: 'phone1', destination: 'phones[0].number' },
      { constant: 'home', destination: 'phones[0].type' },
      { source: 'phone2', destination: 'phones[1].number' },
      { constant: 'work', destination: 'phones[1].type' },
      { source: 'type2', destination: 'phones[1].type2', default: 'd' },
      { source: 'tag1', destination: 'tags[0]' },
      { source: 'tag2', destination: 'tags[1]' },
      { source: 'email', destination: 'identityMap.Email[0].id', transform: ['lower'] },
      { constant: true, destination: 'identityMap.Email[0].primary' },
    ];
    const header = ['phone1', 'phone2', 'tag1', 'tag2', 'email', 'type2'];
    const { mapRow } = compile(rules);
    expect(mapRow(['1', '2', 'a', 'b', 'A@b', ''], header)).toEqual({
      value: {
        phones: [
          { number: '1', type: 'home' },
          { number: '2', type: 'work', type2: 'd' },
        ],
        tags: ['a', 'b'],
        identityMap: { Email: [{ id: 'a@b', primary: true }] },
      },
    });
    expect(mapRow(['', '2', '', 'b', '', 't'], header)).toEqual({
      value: { phones: [{ number: '2', type: 'work', type2: 't' }], tags: ['b'] },
    });
    expect(mapRow(['', '', '', '', '', ''], header)).toEqual({ value: {} });
  });

  it('says which item is wrong, or lacks its telephone number', () => {
    const rules: Rule[] = [
      { source: 'items[*].price', destination: 'in.list[*].price', type: 'number' },
      { source: 'items[*].phone', destination: 'in.list[*].contact.phone', type: 'phone', country: 'DE' },
      { source: 'phone2', destination: 'phones[3].number', type: 'phone', country: 'DE' },
    ];
    expect(map(rules, { items: [{ price: 1 }, { price: 'x' }] }).rejection).toMatchObject({
      pointer: '/in/list/1/price',
      column: 'items[*].price',
    });
    expect(map(rules, { items: [{ price: 1 }, { price: 2, phone: 'n/a' }], phone2: '0' })).toEqual({
      value: { in: { list: [{ price: 1 }, { price: 2 }] } },
      omitted: [
        { pointer: '/in/list/1/contact/phone', reason: 'not-a-phone', column: 'items[*].phone' },
        { pointer: '/phones/3/number', reason: 'not-a-phone', column: 'phone2' },
      ],
    });
    expect(map(rules, { items: 'x' }).rejection).toMatchObject({ column: 'items', expected: 'a list' });
  });

  it.each([
    ['from no list', [{ source: 'a', destination: 'x[*].a' }], /from no list/],
    [
      'from two lists',
      [
        { source: 'a[*].x', destination: 'x[*].a' },
        { source: 'b[*].x', destination: 'x[*].b' },
      ],
      /from two lists, "a" and "b"/,
    ],
    [
      'by each and by number',
      [
        { source: 'a[*].x', destination: 'x[*].a' },
        { source: 'b', destination: 'x[0].b' },
      ],
      /can't both be/,
    ],
    [
      'as a whole and in part',
      [
        { source: 'a', destination: 'x' },
        { source: 'b', destination: 'x[0].b' },
      ],
      /can't both be/,
    ],
  ])('rejects rules that fill a list %s', (_, rules, message) => expect(() => compile(rules)).toThrow(message));

  it.each([
    ['a', ['a']],
    ['a.b', ['a', 'b']],
    ['a[0].b', ['a', 0, 'b']],
    ['a[*][1].b', ['a', '[*]', 1, 'b']],
    ['', undefined],
    ['a.', undefined],
    ['.a', undefined],
    ['a..b', undefined],
    ['[0]', undefined],
    ['a[0]b', undefined],
    ['a[-1]', undefined],
    ['a[x]', undefined],
    ['a[0', undefined],
    ['__proto__.a', undefined],
    ['a.constructor', undefined],
    [`${'a.'.repeat(40)}a`, undefined],
  ])('reads the destination "%s"', (text, steps) => expect(parseDestination(text)).toEqual(steps));

  it('never makes much more of a record than it was', () => {
    const payload = 'x'.repeat(500_000);
    const rules: Rule[] = [
      { source: 'items[*]', destination: 'list[*].item' },
      { source: 'payload', destination: 'list[*].payload' },
    ];
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    expect(map(rules, { items, payload: { payload } }).rejection?.code).toBe('too-large');
    const nested: Rule[] = [{ expression: 'join(",", all[*])', destination: 'list[*].all' }, ...rules.slice(0, 1)];
    expect(map(nested, { items, all: items }).rejection?.code).toBe('too-complex');
    const doubled = Array.from({ length: 6 }).reduce<string>((text) => `concat(${text}, ${text})`, 'payload');
    expect(map([{ expression: doubled, destination: 'x' }], { payload }).rejection?.code).toBe('too-complex');
    expect(map([{ expression: 'replace(payload, "x", payload)', destination: 'x' }], { payload }).rejection?.code).toBe(
      'too-complex',
    );
  });
});

describe('a rule', () => {
  const cell = (rule: Rule, text: string) => {
    const mapped = compile([{ ...(rule as object), source: 'c', destination: 'x' }]).mapRow([text], ['c']);
    return mapped.rejection ? `expected ${mapped.rejection.expected}` : mapped.value.x;
  };
  const values = { m: 'male', f: 'female', '1': true };

  it.each([
    [{ values }, 'm', 'male'],
    [{ values }, '1', true],
    [{ values }, 'x', 'expected one of 1, m, f'],
    [{ values }, 'toString', 'expected one of 1, m, f'],
    [{ values }, '', undefined],
    [{ values, default: 'unknown' }, 'x', 'unknown'],
    [{ values, default: 'unknown' }, '', 'unknown'],
    [{ values, transform: ['trim', 'lower'] }, ' M ', 'male'],
    [{ values, split: ';' }, 'm; f', ['male', 'female']],
    [{ default: 7 }, '', 7],
    [{ default: 7 }, '8', '8'],
    [{ type: 'number', decimal: ',', thousands: '.' }, '1.234,50', 1234.5],
    [{ type: 'number', decimal: ',', thousands: '.' }, '1234,5', 1234.5],
    [{ type: 'number', decimal: ',', thousands: '.' }, '1.23,50', 'expected a number such as 1.234,50'],
    [{ type: 'number', decimal: ',' }, '0,99', 0.99],
    [{ type: 'number', thousands: ',' }, '1,234.5', 1234.5],
    [{ type: 'number', thousands: "'" }, "12'345'678", 12345678],
    [{ type: 'number', decimal: ',', thousands: ' ' }, '1\u00a0234,5', 1234.5],
    [{ type: 'integer', thousands: '.', decimal: ',' }, '1.234', 1234],
    [{ type: 'integer', thousands: '.', decimal: ',' }, '1,5', 'expected a whole number'],
    [{ type: 'phone', country: 'DE', split: ';' }, '030 123456; n/a', ['+4930123456']],
  ] as [Rule, string, unknown][])('with %j makes of "%s" %j', (rule, text, expected) =>
    expect(cell(rule, text)).toEqual(expected),
  );

  it.each([
    ['a source and an expression', { source: 'a', expression: 'a' }],
    ['nothing to fill from', {}],
    ['a table and a type', { source: 'a', values: { a: 1 }, type: 'integer' }],
    ['a default and what clears', { source: 'a', default: 1, empty: 'clear' }],
    ['a default beside a constant', { constant: 1, default: 2 }],
    ['marks of numbers for texts', { source: 'a', decimal: ',' }],
    ['the same mark twice', { source: 'a', type: 'number', decimal: ',', thousands: ',' }],
    ['a mark that is none', { source: 'a', type: 'number', decimal: ';' }],
  ])('with %s is rejected', (_, rule) =>
    expect(mappingRule.safeParse({ ...rule, destination: 'x' }).success).toBe(false),
  );
});
