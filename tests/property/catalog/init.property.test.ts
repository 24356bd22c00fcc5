import { gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import type { InitOptions } from '#core/catalog/init/guess.ts';
import { type MadeCatalog, makeCatalog } from '#core/catalog/init/init.ts';
import { readSample, type Sample } from '#core/catalog/init/sample.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { runs } from '#tests/harness/runs.ts';

const options: InitOptions = { dataset: 'people', tenant: 'own' };

const sampleOf = (name: string, text: string | Uint8Array): Promise<Sample> =>
  readSample(bytesSource(name, typeof text === 'string' ? Buffer.from(text) : text));

function datasetOf({ files }: MadeCatalog): CompiledDataset {
  const { catalog, problems, warnings } = loadCatalog(files, {});
  expect([problems, warnings]).toEqual([[], []]);
  return compileCatalog(catalog!).datasets.get('people')!;
}

/** What a row of a CSV must not hold. */
const UNREADABLE = new RegExp(`[${String.fromCharCode(0, 0xfeff)}]`, 'gu');

const two = (n: number): string => String(n).padStart(2, '0');
const instant = fc.date({ min: new Date('1971-01-01'), max: new Date('2037-01-01'), noInvalidDate: true });
const day = (at: Date): [string, string, string] => [
  String(at.getUTCFullYear()),
  two(at.getUTCMonth() + 1),
  two(at.getUTCDate()),
];
const digits = fc.stringMatching(/^\d{1,20}$/);

/** Values as people export them: each cell of a column is one of its kind. */
const PURE: Readonly<Record<string, fc.Arbitrary<string>>> = {
  text: fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll(UNREADABLE, '')),
  quotes: fc.constantFrom('a "b" c', 'x,y', 'two\nlines', '"', "it's", 'a;b|c\td', '=1+1', ' blanks '),
  digits,
  zeros: digits.map((text) => `00${text}`),
  integer: fc.integer().map(String),
  decimal: fc.tuple(fc.integer({ min: -9_999, max: 9_999 }), fc.nat(99)).map(([a, b]) => `${a}.${two(b)}`),
  comma: fc.tuple(fc.nat(9_999), fc.nat(99)).map(([a, b]) => `${a},${two(b)}`),
  thousands: fc.nat(999).map((n) => `1.${String(n).padStart(3, '0')},50`),
  exponent: fc.double({ noNaN: true }).map(String),
  iso: instant.map((at) => at.toISOString()),
  isoDay: instant.map((at) => day(at).join('-')),
  german: instant.map((at) => day(at).reverse().join('.')),
  slashes: instant.map((at) => day(at).reverse().join('/')),
  american: instant.map((at) => `${day(at)[1]}/${day(at)[2]}/${day(at)[0]} 1:05 PM`),
  zoneless: instant.map((at) => `${day(at).join('-')} 12:30:00`),
  epoch: instant.map((at) => String(Math.floor(at.getTime() / 1_000))),
  millis: instant.map((at) => String(at.getTime())),
  yesNo: fc.constantFrom('yes', 'no', 'Yes', 'NO'),
  truth: fc.constantFrom('true', 'false', 'TRUE'),
  bit: fc.constantFrom('0', '1'),
  email: fc.tuple(fc.stringMatching(/^[A-Za-z]{1,8}$/), fc.nat(99)).map(([a, n]) => `${a}${n}@Example.com`),
  phone: fc.nat(9_999).map((n) => `+4930${String(n + 10_000)}0`),
  localPhone: fc.nat(9_999).map((n) => `030 ${n + 10_000}`),
  uuid: fc.uuid(),
  json: fc.constantFrom('{"a":1}', '[1,2]', 'null', 'NULL', '\\N', 'n/a', '-'),
  nothing: fc.constant(''),
};
const KINDS: typeof PURE = { ...PURE, mixed: fc.oneof(...Object.values(PURE)) };

const NAMES = [
  ...[
    'id',
    'ID',
    'customer_id',
    'Customer Number',
    'crmId',
    'user_id',
    'e-mail',
    'EMAIL',
    'email 2',
    'phone',
    'Mobile',
  ],
  ...['first_name', 'Nachname', 'Geburtsdatum', 'city', 'PLZ', 'country', 'country code', 'straße', 'gender', 'tier'],
  ...['timestamp', 'date', 'created_at', 'Updated At', 'event', 'type', 'event_id', 'order_id', 'total', 'currency'],
  ...[
    'url',
    'person.name.firstName',
    'a.b',
    'a',
    'a.',
    '.a',
    '名前',
    '123',
    'null',
    'true',
    '- x',
    '# y',
    'login',
    'ecid',
  ],
  ...[
    'prototype',
    'toString',
    'hasOwnProperty',
    'identityMap',
    'segmentMembership',
    '_id',
    '$ref',
    `$${'{X}'}`,
    'key: value',
  ],
];
const columnName = fc.oneof(
  { arbitrary: fc.constantFrom(...NAMES), weight: 4 },
  { arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), weight: 1 },
);
const isName = (name: string): boolean =>
  name.trim() !== '' && name.search(UNREADABLE) < 0 && !/(?:^|\.)(?:__proto__|constructor)(?:\.|$)/.test(name.trim());

interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly bytes: Uint8Array;
  readonly name: string;
}

const quoted = (cell: string, always: boolean): string =>
  always || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

const csv: fc.Arbitrary<Csv> = fc
  .uniqueArray(columnName.filter(isName), { minLength: 2, maxLength: 8, selector: (name) => name.trim() })
  .chain((header) =>
    fc.record({
      header: fc.constant(header),
      kinds: fc.array(fc.constantFrom(...Object.keys(KINDS)), { minLength: header.length, maxLength: header.length }),
      holes: fc.array(fc.boolean(), { minLength: header.length, maxLength: header.length }),
      bom: fc.boolean(),
      gzip: fc.boolean(),
      quoteAll: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n'),
    }),
  )
  .chain(({ header, kinds, holes, bom, gzip, quoteAll, end }) => {
    const cells = kinds.map((kind, i) => (holes[i] ? fc.oneof(KINDS[kind]!, fc.constant('')) : KINDS[kind]!));
    return fc.array(fc.tuple(...cells), { minLength: 1, maxLength: 25 }).map((rows): Csv => {
      const lines = [header, ...rows].map((row) => row.map((cell) => quoted(cell, quoteAll)).join(','));
      const bytes = Buffer.from(`${bom ? '\ufeff' : ''}${lines.join(end)}${end}`);
      const names = header.map((name) => name.trim());
      return { header: names, rows, bytes: gzip ? gzipSync(bytes) : bytes, name: `people.csv${gzip ? '.gz' : ''}` };
    });
  });

const valueAt = (entity: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (at, name) => (Object.hasOwn(Object(at), name) ? (at as Record<string, unknown>)[name] : undefined),
      entity,
    );

/** A number without what is between its digits, if it is one. */
const plainly = (cell: string): string =>
  /^\s*[+-]?\d[\d.,'\u2019]*\s*$/.test(cell) ? cell.replaceAll(/[^\d+-]/g, '') : cell;

/** Whether a value says what its cell said. */
function agrees(cell: string, value: unknown, type: string, name: string): boolean {
  const text = cell.trim();
  if (text === '') return value === undefined || value === cell;
  if (type === 'number')
    return typeof value === 'number' && Number(text) === value && String(Number(text)) === String(value);
  if (type === 'boolean') return value === /^(?:true|yes|y)$/i.test(text);
  if (type === 'date')
    return (
      typeof value === 'string' &&
      new Set(value.split('-').map(Number)).isSubsetOf(new Set(text.split(/\D+/).map(Number)))
    );
  if (type === 'date-time')
    return (
      typeof value === 'string' &&
      !Number.isNaN(Date.parse(value)) &&
      (!text.endsWith('Z') || Date.parse(value) === Date.parse(text))
    );
  if (type === 'phone') return typeof value === 'string' && value.endsWith(text.replaceAll(/\D/g, '').slice(-8));
  return value === cell || value === text || (value === text.toLowerCase() && text.includes('@')) || name === '';
}

describe('a catalog that is made of a CSV file', () => {
  test.prop([csv], runs(1, 120))(
    'is valid, accepts every row, and keeps what each cell says',
    async ({ header, rows, bytes, name }) => {
      const sample = await sampleOf(name, bytes);
      expect(sample.isWhole).toBe(true);
      const made = makeCatalog(sample, options, name);
      expect([made.accepted, made.rejected]).toEqual([rows.length, []]);
      const dataset = datasetOf(made);
      const { fields, identities } = made.guess;
      expect(fields.map(({ source }) => source)).toEqual(header);
      expect(new Set(fields.map(({ destination }) => destination)).size).toBe(header.length);
      for (const [n, written] of rows.entries()) {
        // Numbers that were written in the way of a country come as all others are written.
        const row = (sample.records[n] as { readonly value: readonly string[] }).value;
        expect(row.map(plainly)).toEqual(written.map(plainly));
        const mapped = dataset.mapRow(row, header) as { value: object };
        for (const [i, { destination, rule }] of fields.entries()) {
          const value = valueAt(mapped.value, destination);
          expect(
            agrees(row[i]!, value, rule.type ?? 'string', header[i]!),
            `${row[i]} became ${value} in ${destination}`,
          ).toBe(true);
        }
        const { identities: found, omitted } = dataset.identitiesOf(mapped.value);
        const expected = identities.filter(({ source }) => row[header.indexOf(source)]!.trim() !== '');
        // A value that names nobody, such as "n/a", is told as omitted.
        expect(new Set([...found, ...omitted].map(({ namespace }) => namespace))).toEqual(
          new Set(expected.map(({ namespace }) => namespace)),
        );
      }
    },
  );

  test.prop([csv], runs(0.2, 20))(
    'is the same whatever the options that say what was guessed',
    async ({ bytes, name }) => {
      const sample = await sampleOf(name, bytes);
      const made = makeCatalog(sample, options, name);
      const again = makeCatalog(sample, { ...options, kind: made.guess.kind }, name);
      expect([...again.files]).toEqual([...made.files]);
    },
  );

  test.prop(
    [
      csv,
      fc.constantFrom('event', 'record') as fc.Arbitrary<'event' | 'record'>,
      fc.nat(20),
      fc.constantFrom('dmy', 'mdy', undefined),
    ],
    runs(0.5, 60),
  )('is valid whatever the user says of it', async ({ header, rows, bytes, name }, kind, column, dates) => {
    const said = { ...options, kind, dates, identity: header[column], timeZone: 'Europe/Berlin', country: 'DE' };
    expect(makeCatalog(await sampleOf(name, bytes), said, name).accepted).toBe(rows.length);
  });
});

const key = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      'id',
      'customerId',
      'email',
      'name',
      'a.b',
      'a/b',
      '~',
      '_id',
      'timestamp',
      'items',
      'prototype',
      '$ref',
      'type',
      'properties',
    ),
    weight: 3,
  },
  {
    arbitrary: fc
      .string({ unit: 'grapheme', maxLength: 6 })
      .filter((text) => !['__proto__', 'constructor', 'identityMap', 'segmentMembership'].includes(text)),
    weight: 1,
  },
);
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    fc.boolean(),
    fc.constant(null),
    instant.map((at) => at.toISOString()),
    fc.constantFrom('Ann@Example.com', 'b@example.com', 'C-1', 'C-2', '007'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));
const record = fc.dictionary(key, json, { maxKeys: 6 });
const asLines = (records: readonly unknown[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('');

describe('a catalog that is made of a JSON file', () => {
  test.prop([fc.array(record, { minLength: 1, maxLength: 20 }), fc.boolean()], runs(1, 120))(
    'is valid and accepts every record as it is',
    async (records, isArray) => {
      const sample = isArray
        ? await sampleOf('people.json', JSON.stringify(records))
        : await sampleOf('people.ndjson', asLines(records));
      const made = makeCatalog(sample, options, 'people');
      expect([made.accepted, made.rejected]).toEqual([records.length, []]);
      datasetOf(made);
    },
  );

  const hostile = fc.record(
    { identityMap: json, segmentMembership: json, _id: json, timestamp: json },
    { requiredKeys: [] },
  );
  test.prop(
    [fc.array(hostile, { minLength: 1, maxLength: 10 }), fc.constantFrom('event', 'record', undefined)],
    runs(0.5, 60),
  )('is valid whatever stands where the platform has a meaning of its own', async (records, kind) => {
    const said = { ...options, kind: kind as 'event' | undefined };
    datasetOf(makeCatalog(await sampleOf('people.ndjson', asLines(records)), said, 'people'));
  });
});
