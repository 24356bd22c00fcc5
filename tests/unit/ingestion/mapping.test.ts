import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';

type Rule = Parameters<typeof mappingRule.parse>[0];

const map = (rules: readonly Rule[], row: Readonly<Record<string, string>>) =>
  compileMapping(rules.map((rule) => mappingRule.parse(rule))).mapRow(...cellsOf(row));

/** What a cell becomes, or what was expected of it. */
const cell = (type: string, text: string, options: object = {}, rest: object = {}) => {
  const mapped = map([{ source: 'column', destination: 'field', type, ...options } as Rule], { column: text, ...rest });
  return mapped.rejection ? `expected ${mapped.rejection.expected}` : mapped.value.field;
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
  ])('rejects to make a %s of "%s"', (type, text) => expect(cell(type, text)).toMatch(/^expected /));

  it.each([
    ['date', 'dd.MM.yyyy', '29.02.2024', '2024-02-29'],
    ['date', 'M/d/yy', '1/31/26', '2026-01-31'],
    ['date', 'M/d/yy', '12/1/71', '1971-12-01'],
    ['date', 'dd-MMM-yyyy', '05-Mar-2026', '2026-03-05'],
    ['date', 'yyyyMMdd', '20260131', '2026-01-31'],
    ['date', ['yyyy-MM-dd', 'dd.MM.yyyy'], '31.01.2026', '2026-01-31'],
    ['date-time', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2026-01-31T12:00:00.25+05:30', '2026-01-31T06:30:00.250Z'],
    ['date-time', 'MM/dd/yyyy hh:mm a XXX', '01/31/2026 12:05 AM z', '2026-01-31T00:05:00.000Z'],
    ['date-time', 'epochSeconds', '1767225600', '2026-01-01T00:00:00.000Z'],
    ['date-time', 'epochMillis', '1767225600123', '2026-01-01T00:00:00.123Z'],
    ['date', 'epochSeconds', '-1', '1969-12-31'],
  ])('reads a %s written %s: "%s"', (type, format, text, expected) =>
    expect(cell(type, text, { format })).toBe(expected),
  );

  it.each([
    ['date', 'dd.MM.yyyy', '30.02.2024'],
    ['date', 'dd.MM.yyyy', '2024-02-29'],
    ['date', 'dd.MM.yyyy', '1.1.2024'],
    ['date-time', 'dd.MM.yyyy HH:mm', '31.01.2026 12:00'],
    ['date-time', 'hh:mm a dd.MM.yyyy XXX', '13:00 PM 31.01.2026 Z'],
    ['date-time', 'dd.MM.yyyy HH:mm XXX', '31.01.2026 12:00 +99:00'],
    ['date-time', 'epochSeconds', '1e9'],
    ['date-time', 'epochMillis', '9999999999999999'],
  ])('does not read a %s written %s: "%s"', (type, format, text) =>
    expect(cell(type, text, { format })).toMatch(/^expected /),
  );

  it('takes a date and time without a zone as one of the time zone of the rule', () => {
    const berlin = (text: string) => cell('date-time', text, { timeZone: 'Europe/Berlin' });
    expect(berlin('2026-01-31 12:00')).toBe('2026-01-31T11:00:00.000Z');
    expect(berlin('2026-07-31T12:00:00')).toBe('2026-07-31T10:00:00.000Z');
    expect(berlin('2026-07-31T12:00:00Z'), 'has a zone').toBe('2026-07-31T12:00:00.000Z');
    expect(berlin('2026-10-25 02:30'), 'occurs twice').toBe('2026-10-25T00:30:00.000Z');
    expect(berlin('2026-03-29 02:30'), 'does not occur').toBe('2026-03-29T01:30:00.000Z');
    const newYork = { timeZone: 'America/New_York', format: 'MM/dd/yyyy' };
    expect(cell('date-time', '11/01/2026', newYork)).toBe('2026-11-01T04:00:00.000Z');
  });

  it('finds every local time of a zone again', () => {
    const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2037-01-01'), noInvalidDate: true });
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    );
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
        const local = shown.format(at);
        const found = cell('date-time', local, { timeZone }) as string;
        expect(shown.format(new Date(found)), 'the same local time').toBe(local);
        expect(Date.parse(found), 'the first of two').toBeLessThanOrEqual(at.getTime());
      }),
    );
  });

  it.each([
    ['+49 30 / 123456', {}, '+4930123456'],
    ['0049 30 123456', {}, '+4930123456'],
    ['001-415-100-0259', { country: 'DE' }, '+14151000259'],
    ['(0)30 123456', { country: 'DE' }, '+4930123456'],
    ['+1 (415) 100-0185', {}, '+14151000185'],
    ['(415) 555-2671', { country: 'US' }, '+14155552671'],
    ['020 7946 0958', { country: 'gb' }, '+442079460958'],
    ['06 1234 5678', { country: 'IT' }, '+390612345678'],
    ['8 (912) 345-67-89', { country: 'RU' }, '+79123456789'],
  ])('makes E.164 of the telephone number %s with %o', (text, options, expected) =>
    expect(cell('phone', text, options)).toBe(expected),
  );

  it('takes the country of a telephone number from the row, and else from the rule', () => {
    const options = { country: 'DE', countrySource: 'land' };
    expect(cell('phone', '020 7946 0958', options, { land: 'UK' })).toBe('+442079460958');
    expect(cell('phone', '030 123456', options, { land: '' })).toBe('+4930123456');
    expect(cell('phone', '030 123456', options, { land: 'nowhere' })).toBe('+4930123456');
  });

  it.each([
    ['030 123456', {}],
    ['12', { country: 'DE' }],
    ['call 030 123456', { country: 'DE' }],
    ['+999 123456', {}],
    ['1-800-FLOWERS', { country: 'US' }],
  ])('leaves out and reports what is no telephone number, "%s" with %o', (text, options) =>
    expect(map([{ source: 'column', destination: 'in.field', type: 'phone', ...options }], { column: text })).toEqual({
      value: {},
      omitted: [{ pointer: '/in/field', reason: 'not-a-phone', column: 'column' }],
    }),
  );

  it('gives a telephone number that is E.164 back as it is', () => {
    const number = fc.constantFrom('+4930123456', '+14155550123', '+390612345678', '+79123456789', '+442079460958');
    fc.assert(
      fc.property(number, fc.constantFrom('DE', 'US', 'IT', undefined), (text, country) => {
        expect(cell('phone', text, country === undefined ? {} : { country })).toBe(text);
      }),
    );
  });

  it('makes a list of a cell with several values', () => {
    expect(cell('string', 'tents; boots ;;', { split: ';' })).toEqual(['tents', 'boots']);
    expect(cell('integer', '1|2|3', { split: '|' })).toEqual([1, 2, 3]);
    expect(cell('integer', '1|two', { split: '|' })).toMatch(/^expected a whole number, several/);
    expect(cell('string', ' ; ', { split: ';' }), 'as empty as an empty cell').toBeUndefined();
  });

  it.each([
    ['a pattern that means nothing', { type: 'date', format: 'DD.MM.YYYY' }],
    ['a pattern without a year', { type: 'date', format: 'dd.MM.' }],
    ['a pattern with half of the day', { type: 'date-time', format: 'dd.MM.yyyy hh:mm' }],
    ['a time zone that does not exist', { type: 'date-time', timeZone: 'Europe/Nowhere' }],
    ['a country that does not exist', { type: 'phone', country: 'XX' }],
    ['a format for a number', { type: 'number', format: 'dd.MM.yyyy' }],
    ['a country for a text', { country: 'DE' }],
  ])('rejects a rule with %s', (_, options) =>
    expect(mappingRule.safeParse({ source: 'a', destination: 'b', ...options }).success).toBe(false),
  );

  it('says where, what was expected and what kind of thing was found, not the value', () => {
    const rules = [{ source: 'total', destination: 'commerce.order.priceTotal', type: 'number' }];
    expect(map(rules, { total: 'secret' })).toEqual({
      rejection: {
        code: 'mapping-failed',
        column: 'total',
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
  ])('rejects a row when %s', (_, row, pointer) => {
    const mapped = map([], row as unknown as Record<string, string>);
    expect('rejection' in mapped && mapped.rejection).toMatchObject({ code: 'mapping-failed', pointer });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
