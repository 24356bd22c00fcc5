import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { decodeFile, filesOf } from '#tests/harness/core/decode.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const ofNumbers = (...names: string[]) => ({
  kindOf: (name: string) => (names.includes(name) ? ('number' as const) : undefined),
});

type Files = ReturnType<typeof filesOf>;
interface Export {
  readonly content: string | Buffer;
  readonly name?: string;
  readonly files?: Files;
  readonly rows: readonly object[];
  readonly detected?: object;
  readonly repeatedHeaders?: number;
}

const ADA = { id: '1', name: 'Ada', city: 'Ulm' };
const BO = { id: '2', name: 'Bo', city: 'Bonn' };

/** What the exports of common tools look like, and what is to be read in them. */
const EXPORTS: Readonly<Record<string, Export>> = {
  'Excel in Germany': {
    content: latin1('id;name;umsatz\r\n1;Weiß;1.234,50\r\n2;Größe;0,99\r\n'),
    files: filesOf({}, ofNumbers('umsatz')),
    rows: [
      { id: '1', name: 'Weiß', umsatz: '1234.50' },
      { id: '2', name: 'Größe', umsatz: '0.99' },
    ],
    detected: { delimiter: ';', encoding: 'windows-1252', decimal: ',', thousands: '.' },
  },
  'Excel in France': {
    content: latin1(
      'id;nom;total\r\n1;l\u2019\u00e9t\u00e9;1\u00a0234,5\r\n2;No\u00ebl;12,25\r\n'.replace('\u2019', '\u0092'),
    ),
    files: filesOf({}, ofNumbers('total')),
    rows: [
      { id: '1', nom: 'l’été', total: '1234.5' },
      { id: '2', nom: 'Noël', total: '12.25' },
    ],
    detected: { delimiter: ';', encoding: 'windows-1252', decimal: ',', thousands: ' ' },
  },
  'Excel in Switzerland': {
    content: "id;total\r\n1;1'234.50\r\n2;99.90\r\n",
    files: filesOf({}, ofNumbers('total')),
    rows: [
      { id: '1', total: '1234.50' },
      { id: '2', total: '99.90' },
    ],
    detected: { delimiter: ';', thousands: "'" },
  },
  'Excel, with a line for itself': {
    content: 'sep=;\r\nid;name;city\r\n1;Ada;Ulm\r\n2;Bo;Bonn\r\n',
    rows: [ADA, BO],
    detected: { delimiter: ';' },
  },
  'Excel, Unicode text': {
    content: utf16('id\tname\tcity\r\n1\tAda\tUlm\r\n2\tBo\tBonn\r\n'),
    rows: [ADA, BO],
    detected: { delimiter: '\t', encoding: 'utf-16le' },
  },
  'Excel, CSV UTF-8': {
    content: '\ufeffid,name,city\r\n1,Ada,Ulm\r\n2,Bo,Bonn\r\n',
    rows: [ADA, BO],
  },
  'PowerShell, Export-Csv': {
    content: utf16('"id","name","city"\r\n"1","Ada","Ulm"\r\n"2","Bo","Bonn"\r\n'),
    rows: [ADA, BO],
    detected: { encoding: 'utf-16le' },
  },
  'LibreOffice, all text quoted, semicolons': {
    content: '"id";"name";"city"\n1;"Ada";"Ulm"\n2;"Bo";"Bonn"\n',
    rows: [ADA, BO],
    detected: { delimiter: ';' },
  },
  'Google Sheets': { content: 'id,name,city\r\n1,Ada,Ulm\r\n2,Bo,Bonn', rows: [ADA, BO] },
  'pandas, with its index': {
    content: ',id,name,city\n0,1,Ada,Ulm\n1,2,Bo,Bonn\n',
    rows: [ADA, BO],
  },
  'pandas, chunk by chunk, each with its header': {
    content: 'id,name,city\n1,Ada,Ulm\nid,name,city\n2,Bo,Bonn\n',
    rows: [ADA, BO],
    repeatedHeaders: 1,
  },
  'R, write.csv': { content: '"","id","name","city"\n"1",1,"Ada","Ulm"\n"2",2,"Bo","Bonn"\n', rows: [ADA, BO] },
  'R, write.csv2': {
    content: '"";"id";"betrag"\n"1";1;12,5\n"2";2;0,75\n',
    files: filesOf({}, ofNumbers('betrag')),
    rows: [
      { id: '1', betrag: '12.5' },
      { id: '2', betrag: '0.75' },
    ],
    detected: { delimiter: ';', decimal: ',' },
  },
  'R, write.table': {
    content: '"id"\t"name"\t"city"\n"1"\t1\t"Ada"\t"Ulm"\n"2"\t2\t"Bo"\t"Bonn"\n',
    rows: [ADA, BO],
    detected: { delimiter: '\t', index: expect.any(String) },
  },
  Spark: {
    content: 'id,name,city\n1,"Ada \\"A\\"",Ulm\n2,"end\\"",Bonn\n',
    rows: [
      { ...ADA, name: 'Ada "A"' },
      { ...BO, name: 'end"' },
    ],
    detected: { escape: 'backslash' },
  },
  'MySQL, INTO OUTFILE': {
    content: '1\tAda\\\tA\tUlm\n2\tBo\\nB\t\\N\n',
    name: 'a.txt.csv',
    files: filesOf({
      delimiter: 'tab',
      quote: 'none',
      escape: 'backslash',
      header: 'none',
      columns: ['id', 'name', 'city'],
    }),
    rows: [
      { ...ADA, name: 'Ada\tA' },
      { ...BO, name: 'Bo\nB', city: '\\N' },
    ],
  },
  'MySQL, with quotes': {
    content: '"id","name","city"\n"1","A\\"da","Ulm"\n"2","Bo\\\\",\\N\n',
    rows: [
      { ...ADA, name: 'A"da' },
      { ...BO, name: 'Bo\\', city: '\\N' },
    ],
    detected: { escape: 'backslash' },
  },
  'Postgres, COPY in its text format': {
    content: '1\tAda\\\\A\tUlm\n2\tB\\to\t\\N\n',
    files: filesOf({
      delimiter: 'tab',
      quote: 'none',
      escape: 'backslash',
      header: 'none',
      columns: ['id', 'name', 'city'],
    }),
    rows: [
      { ...ADA, name: 'Ada\\A' },
      { ...BO, name: 'B\to', city: '\\N' },
    ],
  },
  'Postgres, COPY as CSV': {
    content: 'id,name,city\n1,"A ""da""",Ulm\n2,Bo,\n',
    rows: [
      { ...ADA, name: 'A "da"' },
      { id: '2', name: 'Bo' },
    ],
  },
  'SQL Server, bcp in UTF-16': {
    content: utf16('1\tAda\tUlm\r\n2\tBo\tBonn\r\n'),
    files: filesOf({ header: 'none', columns: ['id', 'name', 'city'] }),
    rows: [ADA, BO],
    detected: { delimiter: '\t', encoding: 'utf-16le' },
  },
  'SQL Server, bcp in UTF-16 without a mark': {
    content: utf16('1\tAda\tUlm\r\n2\tBo\tBonn\r\n').subarray(2),
    files: filesOf({ header: 'none', columns: ['id', 'name', 'city'] }),
    rows: [ADA, BO],
    detected: { delimiter: '\t', encoding: 'utf-16le' },
  },
  'SQL Server, sqlcmd': {
    content: 'id|name|city\n--|----|----\n1|Ada|Ulm\n2|Bo|Bonn\n',
    rows: [ADA, BO],
    detected: { delimiter: '|' },
  },
  'Oracle, SQL*Plus with markup csv': {
    content: '\n"ID","NAME","CITY"\n1,"Ada","Ulm"\n2,"Bo","Bonn"\n',
    files: filesOf({ header: 'any-case' }, { required: ['id', 'name', 'city'], read: new Set(['id', 'name', 'city']) }),
    rows: [ADA, BO],
  },
  'Redshift, UNLOAD': {
    content: '1|Ada|Ulm\n2|Bo\\|B|Bonn\n',
    files: filesOf({ quote: 'none', escape: 'backslash', header: 'none', columns: ['id', 'name', 'city'] }),
    rows: [ADA, { ...BO, name: 'Bo|B' }],
    detected: { delimiter: '|' },
  },
  'Snowflake, COPY INTO, packed': {
    content: gzipSync('1,Ada,Ulm\n2,Bo,\\N\n'),
    name: 'data_0_0_0.csv.gz',
    files: filesOf({ header: 'none', columns: ['id', 'name', 'city'] }),
    rows: [ADA, { ...BO, city: '\\N' }],
  },
  BigQuery: { content: 'id,name,city\n1,Ada,Ulm\n2,Bo,Bonn\n', name: '000000000000.csv', rows: [ADA, BO] },
  'MongoDB, mongoexport': {
    content: '_id,address.city,tags\nObjectId(5f1),Ulm,"[""a"",""b""]"\n',
    rows: [{ _id: 'ObjectId(5f1)', 'address.city': 'Ulm', tags: '["a","b"]' }],
  },
  Airbyte: {
    content: '_airbyte_raw_id,_airbyte_extracted_at,_airbyte_meta,id\nx,1717,"{""changes"":[]}",1\n',
    rows: [{ _airbyte_raw_id: 'x', _airbyte_extracted_at: '1717', _airbyte_meta: '{"changes":[]}', id: '1' }],
  },
  'Hive, with its own delimiter': {
    content: '1\u0001Ada\u0001Ulm\n2\u0001Bo\u0001Bonn\n',
    files: filesOf({ delimiter: '\u0001', quote: 'none', header: 'none', columns: ['id', 'name', 'city'] }),
    rows: [ADA, BO],
  },
  'Google Ads, with comments': {
    content: '# report of may\nid,name,city\n# part 1\n1,Ada,Ulm\n2,Bo,Bonn\n# "end\n',
    files: filesOf({ comment: '#' }),
    rows: [ADA, BO],
  },
  'tab-separated values': {
    content: 'id\tname\tcity\n1\tAda, A\tUlm\n',
    name: 'a.tsv',
    rows: [{ ...ADA, name: 'Ada, A' }],
  },
  'doubled columns that nobody reads': {
    content: 'id,x,name,x,city\n1,a,Ada,b,Ulm\n',
    files: filesOf({}, { required: ['id'], read: new Set(['id', 'name', 'city']) }),
    rows: [{ ...ADA, x: 'b' }],
  },
};

describe('the exports of tools', () => {
  it.each(Object.entries(EXPORTS))('are read as they are meant: %s', async (_, given) => {
    const { content, name = 'a.csv', files, rows, detected = {}, repeatedHeaders } = given;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const file = await decodeFile(bytesSource(name, bytes), 1_000, files);
    expect(file.rejection).toBeUndefined();
    expect(file.records.map((record) => record.rejection ?? ('value' in record ? record.value : undefined))).toEqual(
      rows,
    );
    expect(file.detected ?? {}).toEqual(name.endsWith('.tsv') ? {} : detected);
    expect(file.repeatedHeaders).toBe(repeatedHeaders);
  });

  const mapped = (...required: string[]) => filesOf({}, { required, read: new Set(required) });
  it.each<[string, string | Buffer, Files | undefined, string, RegExp]>([
    [
      'two delimiters',
      'id;a,b\n1;2,3\n',
      undefined,
      'ambiguous-format',
      /2 columns separated by commas \("id;a" "b"\).*semicolons/,
    ],
    [
      'a number that is either',
      'id;total\n1;1.234\n',
      filesOf({}, ofNumbers('total')),
      'ambiguous-format',
      /"total" can be read in two ways/,
    ],
    [
      'a number in quotes that is either',
      'id,total\n1,"1,234"\n',
      filesOf({}, ofNumbers('total')),
      'ambiguous-format',
      /a decimal point and commas between thousands, or with a decimal comma/,
    ],
    [
      'a doubled column that is read',
      'id,id\n1,2\n',
      mapped('id'),
      'invalid-header',
      /Columns 1 and 2 have the same name/,
    ],
    [
      'a renamed column',
      'id,Name\n1,Ada\n',
      mapped('id', 'name'),
      'invalid-header',
      /lacks columns.*"name" \(the file has "Name"\)/,
    ],
    [
      'another number of columns than are named',
      '1,2,3\n',
      filesOf({ header: 'none', columns: ['a', 'b'] }),
      'invalid-header',
      /another number of columns/,
    ],
    [
      'another delimiter than is given',
      'id,name\n1,Ada\n',
      filesOf({ delimiter: ';' }),
      'invalid-header',
      /not separated by semicolons/,
    ],
  ])('are rejected, with what can be done: %s', async (_, content, files, code, says) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const { rejection, records } = await decodeFile(bytesSource('a.csv', bytes), 1_000, files);
    expect([records, rejection?.code]).toEqual([[], code]);
    expect(rejection?.message).toMatch(says);
  });

  it('are rejected without telling who is in the first row of one that has no header', async () => {
    const { rejection } = await decodeFile(
      bytesSource('a.csv', Buffer.from('ann@example.com;1,2\nbob@example.com;3,4\n')),
    );
    expect(rejection?.code).toBe('ambiguous-format');
    expect(JSON.stringify(rejection)).not.toMatch(/ann|bob/);
  });

  it('are read where the mapping, or the settings, say which way is meant', async () => {
    const bytes = Buffer.from('id;a,b\n1;2,3\n');
    const byMapping = await decodeFile(bytesSource('a.csv', bytes), 1_000, mapped('id'));
    expect(byMapping.records).toMatchObject([{ value: { id: '1', 'a,b': '2,3' } }]);
    const bySettings = await decodeFile(bytesSource('a.csv', bytes), 1_000, filesOf({ delimiter: ',' }));
    expect(bySettings.records).toMatchObject([{ value: { 'id;a': '1;2', b: '3' } }]);
    const number = Buffer.from('id;total\n1;1.234\n');
    const files = filesOf({ decimal: ',' }, ofNumbers('total'));
    expect((await decodeFile(bytesSource('a.csv', number), 1_000, files)).records).toMatchObject([
      { value: { total: '1234' } },
    ]);
  });

  it('keep what programs write where they write numbers with three digits after the point', async () => {
    const bytes = Buffer.from('id,seconds\n1,12.345\n2,1.000\n');
    const { records, detected } = await decodeFile(
      bytesSource('a.csv', bytes),
      1_000,
      filesOf({}, ofNumbers('seconds')),
    );
    expect(records).toMatchObject([{ value: { seconds: '12.345' } }, { value: { seconds: '1.000' } }]);
    expect(detected).toBeUndefined();
  });

  it('reject the row in which a number is written otherwise than in the rest of the file', async () => {
    const bytes = Buffer.from('id;total\n1;1.234,5\n2;n/a\n3;12\n');
    const files = filesOf({ decimal: ',', thousands: '.' }, ofNumbers('total'));
    expect((await decodeFile(bytesSource('a.csv', bytes), 1_000, files)).records).toMatchObject([
      { value: { total: '1234.5' } },
      { value: { total: 'n/a' } },
      { value: { total: '12' } },
    ]);
    const other = Buffer.from('id;total\n1;1.234,5\n2;12.5\n');
    expect((await decodeFile(bytesSource('a.csv', other), 1_000, files)).records[1]).toMatchObject({
      rejection: { code: 'mapping-failed', column: 'total' },
    });
  });

  it('have booleans in words of their own', async () => {
    const files = filesOf(
      { booleans: { true: ['Ja', 'x'], false: ['nein', '-'] } },
      { kindOf: (name) => (name === 'vip' ? 'boolean' : undefined) },
    );
    const bytes = Buffer.from('id,vip\n1,ja\n2,X\n3,NEIN\n4,-\n5,\n6,y\n');
    const { records } = await decodeFile(bytesSource('a.csv', bytes), 1_000, files);
    const values = records.map(
      (record) => record.rejection?.code ?? ('value' in record && (record.value as { vip?: string }).vip),
    );
    expect(values).toEqual(['true', 'true', 'false', 'false', undefined, 'mapping-failed']);
  });
});
