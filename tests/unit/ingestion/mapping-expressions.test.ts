import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { ExpressionError } from '#core/ingestion/mapping/expression/error.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';

const RECORD = {
  first: 'Ada',
  last: 'Okafor',
  none: null,
  blank: '',
  id: 42,
  price: '12.50',
  vip: true,
  answer: 'yes',
  state: 'ca',
  since: '2026-01-31T12:00:00Z',
  day: '31.01.2026',
  ms: 1571829875000,
  mail: 'Ada@Example.com ',
  'First Name': 'Ada',
  'a.b': 'dotted',
  url: 'https://me@Platform.Example.com:8443/home/page?x=1#top',
  face: 'a😀b',
  tags: ['x', null, 'y'],
  items: [
    { sku: 'A', price: 10 },
    { sku: 'B', price: 2.5 },
  ],
  person: { name: { first: 'Ada' } },
};

const value = (expression: string, record: object = RECORD, more: object = {}): unknown => {
  const rule = mappingRule.parse({ expression, destination: 'x', ...more });
  const mapped = compileMapping([rule]).mapObject(record);
  return mapped.rejection ? `expected ${mapped.rejection.expected}` : mapped.value.x;
};

const CASES: readonly (readonly [expression: string, expected: unknown])[] = [
  // Values and operators
  ['"text"', 'text'],
  [`'it\\'s'`, "it's"],
  ['"\\u00e9\\d"', 'é\\d'],
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['0.1 + 0.2', 0.3],
  ['10 - 4 - 3', 3],
  ['7 % 4', 3],
  ['7 mod 4', 3],
  ['-id', -42],
  ['price * 2', 25],
  ['1 / 0', 'expected a finite number'],
  ['first * 2', 'expected a number'],
  ['first + " " + last', 'Ada Okafor'],
  ['id == 42 && vip', true],
  ['id eq "42" and not (vip == false)', true],
  ['!vip or price > 12', true],
  ['price > "2"', false], // as texts
  ['price > 2', true],
  ['none == null', true],
  ['blank == null', true],
  ['first != null', true],
  ['none > 1', false],
  ['since < "2026-02-01"', true],
  ['date(since) < "2026-02-01T00:00:00Z"', true],
  ['date(since) == "2026-01-31T13:00:00+01:00"', true],
  ['vip ? "y" : "n"', 'y'],
  ['none ? "y" : answer ? "yes" : "no"', 'yes'],
  // Paths
  [`\${First Name}`, 'Ada'],
  [`\${a.b}`, 'dotted'],
  [`\${a\\.b}`, 'dotted'],
  ['person.name.first', 'Ada'],
  ['person.name', { first: 'Ada' }],
  ['items[1].sku', 'B'],
  ['items[*].sku', ['A', 'B']],
  ['nothing.at.all', undefined],
  ['toString', undefined],
  // Texts
  ['concat("Hi, ", "there", "!")', 'Hi, there!'],
  ['concat(first, none, " ", last)', 'Ada Okafor'],
  ['concat(none, blank)', undefined],
  ['lower(first)', 'ada'],
  ['ucase(first)', 'ADA'],
  ['trim(lower(mail))', 'ada@example.com'],
  ['ltrim("  a ")', 'a '],
  ['left("abcde", 2)', 'ab'],
  ['right("abcde", 2)', 'de'],
  ['left(face, 2)', 'a😀'],
  ['right(face, 2)', '😀b'],
  ['length(face)', 3],
  ['substr("This is a substring test", 7, 8)', ' a subst'],
  ['substring("abcdef", 1, 3)', 'bc'],
  ['substring("abcdef", 4)', 'ef'],
  ['lpad("bat", 8, "yz")', 'yzyzybat'],
  ['lpad(id, 5, "0")', '00042'],
  ['rpad("bat", 5)', 'bat  '],
  ['left("abc", -1)', 'expected a whole number from 0'],
  ['replacestr("This is a string re test", "re", "replace")', 'This is a string replace test'],
  ['replace("a-b-c", "-", "")', 'abc'],
  ['instr("adobe.com", "com")', 6],
  ['contains(first, "d")', true],
  ['"string1".equals("STRING1")', false],
  ['iif("s".equalsIgnoreCase("S"), "True", "False")', 'True'],
  ['split("Hello world", " ")', ['Hello', 'world']],
  ['split("a|b", "\\\\|")', ['a', 'b']],
  ['split(first, "d")[1]', 'a'],
  ['join(" ", to_array(true, "Hello", "world"))', 'Hello world'],
  ['join(",", tags)', 'x,y'],
  ['join(",", items[*].sku)', 'A,B'],
  // Patterns
  ['extract_regex("E259,E259B_009,1_1", "([^,]+),[^,]*,([^,]+)")', ['E259,E259B_009,1_1', 'E259', '1_1']],
  ['extract_regex(first, "z")', undefined],
  ['matches_regex("E259,E259B_009,1_1", "([^,]+),[^,]*,([^,]+)")', true],
  ['matches_regex("ab", "a")', false],
  ['replace_regex("+49 (30) 1", "[^0-9]", "")', '49301'],
  ['explode("Hi, there!", " ")', ['Hi,', 'there!']],
  ['explode("a,b")', ['a', 'b']],
  // Numbers
  ['to_integer("12")', 12],
  ['to_integer("12.9")', 12],
  ['to_decimal("1.234,50", ",", ".")', 1234.5],
  ['to_decimal("1 234,50", ",", " ")', 1234.5],
  ['to_decimal("1.23,50", ",", ".")', 'expected a number such as 12,50'],
  ['to_bigint(2.5)', 'expected a whole number'],
  ['round(2.345, 2)', 2.35],
  ['round(-2.5)', -3],
  ['round(1250, -2)', 1300],
  ['abs(-3)', 3],
  ['min(3, 1, 4)', 1],
  ['max("10", "9")', '10'],
  ['sum(items[*].price)', 12.5],
  // Dates
  ['date("2019-10-23 11:24")', '2019-10-23T11:24:00.000Z'],
  ['date("2019-10-23 11:24", "yyyy-MM-dd HH:mm")', '2019-10-23T11:24:00.000Z'],
  ['date("December 31, 2020", "MMMM d, yyyy")', '2020-12-31T00:00:00.000Z'],
  ['date(day, "dd.MM.yyyy")', '2026-01-31T00:00:00.000Z'],
  ['date(none, "dd.MM.yyyy", since)', '2026-01-31T12:00:00.000Z'],
  ['date(first)', 'expected a date'],
  ['date(first, "dd.MM.yyyy")', 'expected a date written dd.MM.yyyy'],
  ['format(since, "dd MMM yyyy, HH:mm")', '31 Jan 2026, 12:00'],
  ['format(since, "yyyy-MM-dd\'T\'HH:mm:ss.SSSXXX", "Europe/Berlin")', '2026-01-31T13:00:00.000+01:00'],
  ['dformat(ms, "yyyy-MM-dd\'T\'HH:mm:ss.SSSX")', '2019-10-23T11:24:35.000Z'],
  ['zone_date_to_utc("2019-10-17T11:55:12-07:00")', '2019-10-17T18:55:12.000Z'],
  ['concat(zone_date_to_zone(since, "Europe/Paris"))', '2026-01-31T13:00:00.000+01:00'],
  ['zone_date_to_zone(since, "Europe/Paris")', '2026-01-31T12:00:00.000Z'],
  ['date_part("MM", date("2019-10-17 11:55:12"))', 10],
  ['date_part("weekday", "2026-01-31T12:00:00Z")', 6],
  ['date_part("week", "2021-01-03")', 53],
  ['date_part("dayofyear", "2024-12-31")', 366],
  ['set_date_part("m", 4, date("2016-11-09T11:44:44.797Z"))', '2016-04-09T11:44:44.797Z'],
  ['set_date_part("day", 31, "2026-04-01")', 'expected a date of the calendar'],
  ['make_date_time(2019, 10, 17, 11, 55, 12, 999000000, "America/Los_Angeles")', '2019-10-17T18:55:12.999Z'],
  // Hashes
  ['sha256("my text")', '7330d2b39ca35eaf4cb95fc846c21ee6a39af698154a83a586ee270a0d372104'],
  ['sha256(none)', undefined],
  ['uuid("a") == uuid("a")', true],
  ['uuid("a", "b") == uuid("a", "c")', false],
  ['matches_regex(uuid(first, last), "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")', true],
  ['uuid(first, none)', undefined],
  // Lists and objects
  ['size_of([1, 2, 3, 4])', 4],
  ['is_empty([1, 2, 3])', false],
  ['is_empty(none)', true],
  ['to_array(false, 1, null, 2, 3)', [1, 2, 3]],
  ["add_to_array(['a', 'b'], 'c', 'd')", ['a', 'b', 'c', 'd']],
  ["join_arrays(['a', 'b'], ['c'], ['d', 'e'])", ['a', 'b', 'c', 'd', 'e']],
  ['distinct(["a", "b", "a"])', ['a', 'b']],
  ['first("1", "2", "3")', '1'],
  ['last(items).sku', 'B'],
  ['to_object("firstName", first, "lastName", none)', { firstName: 'Ada' }],
  ['{"id": mail, primary: true}', { id: 'Ada@Example.com ', primary: true }],
  ['to_object(first, 1)', { Ada: 1 }],
  ['to_object(concat("__pro", "to__"), 1)', 'expected the name of a field'],
  ['arrays_to_objects("sku", items[*].sku, "n", [1])', [{ sku: 'A', n: 1 }, { sku: 'B' }]],
  ['str_to_object("firstName=John,phone=123 456", "=", ",")', { firstName: 'John', phone: '123 456' }],
  ['get_values("firstName - John , lastName - Cena", "firstName", "-", ",")', 'John'],
  ['get_keys({"book1": 1, "book2": 2})', ['book1', 'book2']],
  ['map_get_values(person.name, "first")', 'Ada'],
  ['map_get_values(person.name, "toString")', undefined],
  ['map_has_keys(person, "name")', true],
  ['json_to_object("{\\"a\\": [1]}").a', [1]],
  ['json_to_object("{\\"__proto__\\": 1}")', 'expected other keys'],
  // Choices
  ['coalesce(null, none, "first", 1 / 0)', 'first'],
  ['nvl(blank, last)', 'Okafor'],
  ['iif(vip, first, 1 / 0)', 'Ada'],
  ['decode(state, "ca", "California", "pa", "Pennsylvania", "N/A")', 'California'],
  ['decode(first, "ca", "California", "N/A")', 'N/A'],
  ['decode(first, "ca", "California")', undefined],
  ['decode(id, 42, "right", "wrong")', 'right'],
  ['nullify()', undefined],
  // Addresses
  ['get_url_protocol(url)', 'https'],
  ['get_url_host(url)', 'platform.example.com'],
  ['get_url_port(url)', '8443'],
  ['get_url_port("sftp://example.com//home/joe/employee.csv")', '22'],
  ['get_url_path("sftp://example.com//home/joe/employee.csv")', '//home/joe/employee.csv'],
  ['get_url_host(first)', undefined],
];

describe('an expression', () => {
  it.each(CASES)('%s gives %j', (expression, expected) => expect(value(expression)).toEqual(expected));

  it('gives of a row what it gives of an object', () => {
    const flat = Object.entries(RECORD).filter(([, one]) => typeof one !== 'object');
    const header = flat.map(([name]) => name);
    const cells = flat.map(([, one]) => String(one));
    for (const [expression, expected] of CASES) {
      const mapping = compileMapping([mappingRule.parse({ expression, destination: 'x' })]);
      if (/items|tags|person/.test(expression)) continue;
      const mapped = mapping.mapRow(cells, header);
      const given = mapped.rejection ? `expected ${mapped.rejection.expected}` : mapped.value.x;
      expect(given, expression).toEqual(expected === RECORD.id ? String(expected) : expected);
    }
  });

  it('goes through the rest of its rule: transforms, type, time zone', () => {
    expect(value('concat(first, last)', RECORD, { transform: ['upper'] })).toBe('ADAOKAFOR');
    expect(value('price', RECORD, { type: 'number' })).toBe(12.5);
    expect(value('id', RECORD, { type: 'string' })).toBe('42');
    expect(value('date(day, "dd.MM.yyyy")', RECORD, { type: 'date' })).toBe('2026-01-31');
    expect(value('date(day, "dd.MM.yyyy")', RECORD, { timeZone: 'Europe/Berlin' })).toBe('2026-01-30T23:00:00.000Z');
    expect(value('"+49 30 123456"', RECORD, { type: 'phone' })).toBe('+4930123456');
    expect(value('none', RECORD, { default: 'd' })).toBe('d');
    expect(value('none', RECORD, { empty: 'clear' })).toBeNull();
  });

  it('says of a value that it cannot use which fields it reads, and what was expected', () => {
    const rule = mappingRule.parse({ expression: 'first * price', destination: 'a.b' });
    expect(compileMapping([rule]).mapObject(RECORD).rejection).toEqual({
      code: 'mapping-failed',
      column: 'first, price',
      message: 'Column "first, price" can\'t become a.b: expected a number',
      pointer: '/a/b',
      expected: 'a number',
      found: 'other text',
    });
  });
});

const WRONG: readonly (readonly [expression: string, offset: number, message: RegExp])[] = [
  ['', 0, /ends too early/],
  ['1 +', 3, /ends too early/],
  ['a = 1', 2, /"=" means nothing/],
  ['a b', 2, /"b" is not expected/],
  ['"abc', 0, /no end/],
  ['${abc', 0, /no end/],
  [`\${ }`, 0, /empty/],
  ['uper(a)', 0, /no function "uper"/],
  ['concat(now(), a)', 7, /"now" is not offered/],
  ['md5(a)', 0, /"md5" is not offered/],
  ['trim()', 0, /"trim" has 0 arguments/],
  ['trim(a, b)', 0, /"trim" has 2 arguments/],
  ['to_object("a")', 0, /"to_object" has 1 argument/],
  ['iif(a, b)', 0, /"iif" has 2 arguments/],
  ['upper([a])', 6, /takes text as text, and this is a list/],
  ['left(a, "x")', 8, /takes a number as count/],
  ['left(a, vip == true)', 12, /takes a number as count/],
  ['join(",", "a")', 10, /takes a list/],
  ['1 + [1]', 4, /this is a list/],
  ['matches_regex(a, b)', 17, /has to be written out/],
  ['matches_regex(a, "(?=x)")', 17, /pattern can't be used/],
  ['matches_regex(a, "(")', 17, /pattern can't be used/],
  ['date(a, "DD.MM.YYYY")', 8, /"DD" means nothing/],
  ['format(a, "QQ")', 10, /"QQ" means nothing/],
  ['zone_date_to_zone(a, "Mars")', 21, /no time zone/],
  ['date_part("eon", a)', 10, /no part of a date/],
  ['to_decimal(a, ";")', 14, /decimal mark/],
  ['for', 0, /reserved/],
  ['a.__proto__', 2, /no name of a field/],
  ['{"__proto__": 1}', 1, /no name of a field/],
  ['{"a": 1, "a": 2}', 9, /twice/],
  ['a[x]', 2, /not expected/],
  ['1e999', 0, /too large/],
  [`${'('.repeat(100)}1${')'.repeat(100)}`, 64, /nested too deeply/],
  [`${'!'.repeat(100)}a`, 64, /nested too deeply/],
  [`1${'+1'.repeat(100)}`, 129, /too many operators/],
  [`concat(${'a,'.repeat(1_000)}a)`, 2007, /too large/],
  ['a'.repeat(20_000), 16_384, /too long/],
];

describe('a wrong expression', () => {
  it.each(WRONG)('%s is rejected at its place', (expression, offset, message) => {
    let error: unknown;
    try {
      compileMapping([{ ...mappingRule.parse({ expression: 'a', destination: 'x' }), expression }]);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).message).toMatch(message);
    expect((error as ExpressionError).offset).toBe(offset);
  });
});
