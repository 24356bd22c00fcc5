import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/catalog/definitions.ts';
import { compileMapping } from '#core/ingestion/mapping.ts';

type Rule = Parameters<typeof mappingRule.parse>[0];

const map = (rules: readonly Rule[], row: Readonly<Record<string, string>>) =>
  compileMapping(rules.map((rule) => mappingRule.parse(rule)))(row);

/** What a cell becomes, or what was expected of it. */
const cell = (type: string, text: string) => {
  const mapped = map([{ source: 'column', destination: 'field', type }], { column: text });
  return 'refusal' in mapped ? `expected ${mapped.refusal.expected}` : mapped.value.field;
};

describe('a mapping of columns', () => {
  it('gives an instant back in UTC, whatever the zone it was written in', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const two = (value: number): string => String(Math.abs(value)).padStart(2, '0');
    fc.assert(
      fc.property(
        instant,
        offset,
        fc.constantFrom(':', ''),
        fc.constantFrom('T', ' '),
        (at, minutes, colon, middle) => {
          const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, -1).replace('T', middle);
          const zone = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}${colon}${two(minutes % 60)}`;
          expect(cell('date-time', local + zone)).toBe(at.toISOString());
        },
      ),
    );
  });

  it('gives numbers back', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (x) => {
        expect(cell('number', `${x}`)).toBe(x + 0);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeInteger(), (x) => {
        expect(cell('integer', ` ${x} `)).toBe(x);
      }),
    );
  });

  it.each([
    ['number', '12.50', 12.5],
    ['number', '1e3', 1_000],
    ['integer', '3.0', 3],
    ['boolean', 'Yes', true],
    ['boolean', '0', false],
    ['date', '2024-02-29', '2024-02-29'],
    ['date-time', '2024-01-31 12:00+02', '2024-01-31T10:00:00.000Z'],
    ['string', ' as it is ', ' as it is '],
  ])('makes a %s of "%s"', (type, text, expected) => expect(cell(type, text)).toBe(expected));

  it.each([
    ['number', '12,50'],
    ['number', '0x10'],
    ['number', 'Infinity'],
    ['number', '1e999'],
    ['integer', '2.5'],
    ['integer', '9007199254740993'],
    ['boolean', 'maybe'],
    ['date', '2023-02-29'],
    ['date', '31.01.2024'],
    ['date-time', '2024-01-31T12:00:00'],
    ['date-time', '2023-02-29T12:00:00Z'],
    ['date-time', '2024-01-31T25:00:00Z'],
  ])('refuses to make a %s of "%s"', (type, text) => expect(cell(type, text)).toMatch(/^expected /));

  it('says where, what was expected and what kind of thing was found, not the value', () => {
    const rules = [{ source: 'total', destination: 'commerce.order.priceTotal', type: 'number' }];
    expect(map(rules, { total: 'secret' })).toEqual({
      refusal: {
        code: 'mapping-failed',
        message: 'Column "total" can\'t become commerce.order.priceTotal: expected a number such as 12.50',
        pointer: '/commerce/order/priceTotal',
        expected: 'a number such as 12.50',
        found: 'other text',
      },
    });
  });

  it('nests, transforms, fills constants and leaves out what is empty', () => {
    const rules: Rule[] = [
      { source: 'email', destination: 'personalEmail.address', transform: ['trim', 'lower'] },
      { source: 'consent', destination: 'consents.marketing.email.val' },
      { source: 'country', destination: 'homeAddress.countryCode', transform: ['upper'] },
      { source: 'blank', destination: 'person.name.firstName', transform: ['trim'] },
      { source: 'absent', destination: 'person.name.lastName' },
      { source: 'toString', destination: 'inherited' },
      { constant: 'store.order', destination: 'eventType' },
      { constant: '7', destination: 'n', type: 'integer' },
    ];
    const row = { email: ' Ann@Example.COM', consent: 'y', country: 'de', blank: '  ' };
    expect(map(rules, row)).toEqual({
      value: {
        personalEmail: { address: 'ann@example.com' },
        consents: { marketing: { email: { val: 'y' } } },
        homeAddress: { countryCode: 'DE' },
        eventType: 'store.order',
        n: 7,
      },
    });
  });

  it.each<[string, Rule[]]>([
    [
      'two rules that fill the same field',
      [
        { source: 'a', destination: 'x' },
        { source: 'b', destination: 'x' },
      ],
    ],
    [
      'a rule that fills a part of another',
      [
        { source: 'a', destination: 'x.y' },
        { source: 'b', destination: 'x' },
      ],
    ],
    ['a constant of another type', [{ constant: 'x', destination: 'n', type: 'number' }]],
    ['a field that reaches into prototypes', [{ source: 'a', destination: 'x.__proto__.y' }]],
    ['a field without a name', [{ source: 'a', destination: 'x..y' }]],
  ])('does not accept %s', (_, rules) => expect(() => map(rules, {})).toThrow(/mapping|constant/));
});

describe('a file without a mapping', () => {
  it('nests columns whose names have dots', () => {
    const row = { 'person.name.firstName': 'Ann', 'person.name.lastName': 'Lee', tier: 'gold' };
    expect(map([], row)).toEqual({ value: { person: { name: { firstName: 'Ann', lastName: 'Lee' } }, tier: 'gold' } });
  });

  it.each([
    ['a column is the beginning of another', { person: 'Ann', 'person.age': '3' }, '/person/age'],
    ['a column is the end of another', { 'person.age': '3', person: 'Ann' }, '/person'],
    ['a name reaches into prototypes', { 'constructor.prototype.polluted': 'yes' }, '/constructor/prototype/polluted'],
    ['a part of a name is empty', { 'person..age': '3' }, '/person//age'],
  ])('refuses a row when %s', (_, row, pointer) => {
    const mapped = map([], row as unknown as Record<string, string>);
    expect('refusal' in mapped && mapped.refusal).toMatchObject({ code: 'mapping-failed', pointer });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
