import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InitReport } from '#cli/report/print-init.ts';
import { readSample, SAMPLE_BYTES, SAMPLE_RECORDS } from '#core/catalog/init/sample.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { cli } from '#tests/harness/cli.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { size } from '#tests/harness/runs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = async (name: string, text: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const out = (): string => join(folder, 'shop');
const init = (file: string, ...more: string[]) => cli('init', file, '--out', out(), ...more);
async function report(file: string, ...more: string[]): Promise<InitReport> {
  const { code, stdout, stderr } = await init(file, '--json', ...more);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as InitReport;
}
const destinations = ({ fields }: InitReport): Record<string, string> =>
  Object.fromEntries(fields.map(({ source, destination }) => [source, destination]));

/** The catalog takes the very file in, and everybody in it is in the first audience. */
async function membersAfterReplay(file: string, { dataset, segment }: InitReport): Promise<unknown> {
  expect((await cli('catalog', 'validate', '--catalog', out())).code).toBe(0);
  const { code, stdout } = await cli(
    'replay',
    '--catalog',
    out(),
    '--input',
    `${dataset}=${file}`,
    '--strict',
    '--json',
  );
  const { records, segments } = JSON.parse(stdout);
  return { code, records, members: segments[segment!].count };
}

const CUSTOMERS = [
  'Customer No,First name,Nachname,E-Mail,Phone,Birth date,City,PLZ,Country,Points,VIP,Joined',
  '0007,Ann,Ågren, Ann@Example.com ,+49 30 123456,1980-02-29,"Ulm, Donau",01067,DE,12.5,true,2026-01-31 10:00:00',
  '0008,Bo,"O""Neil",bo@example.com,+46 8 123 456 78,1990-12-01,Bonn,53111,DE,0,false,2026-02-01 11:00:00',
  '0009,Cy,,,,,,,SE,7,true,2026-02-02 12:00:00',
].join('\r\n');

describe('init with a file of people', () => {
  it('maps what names and values make likely, and says why', async () => {
    const file = await put('customers.csv', `\ufeff${CUSTOMERS}`);
    const made = await report(file);
    expect(made.kind).toBe('record');
    expect(destinations(made)).toEqual({
      'Customer No': '_shop.customerNo',
      'First name': 'person.name.firstName',
      Nachname: 'person.name.lastName',
      'E-Mail': 'personalEmail.address',
      Phone: 'mobilePhone.number',
      'Birth date': 'person.birthDate',
      City: 'homeAddress.city',
      PLZ: 'homeAddress.postalCode',
      Country: 'homeAddress.countryCode',
      Points: 'loyalty.points',
      VIP: '_shop.vip',
      Joined: '_shop.joined',
    });
    expect(made.fields.every(({ reason }) => reason !== '')).toBe(true);
    expect(made.identities.map(({ namespace, isPrimary }) => [namespace, isPrimary])).toEqual([
      ['CUSTOMERNO', true],
      ['Email', false],
      ['Phone_E.164', false],
    ]);
    expect(made.notes).toEqual([expect.stringMatching(/"Joined": the times name no zone.*--time-zone/)]);
    expect(await membersAfterReplay(file, made)).toEqual({
      code: 0,
      records: { accepted: 3, rejected: 0, duplicate: 0 },
      members: 3,
    });
  });

  it('puts no value of the file into the catalog or what it prints', async () => {
    const file = await put('customers.csv', CUSTOMERS);
    const { stdout } = await init(file);
    const paths = (await readdir(out(), { recursive: true })).filter((path) => path.endsWith('.yaml'));
    const texts = await Promise.all(paths.map((path) => readFile(join(out(), path), 'utf8')));
    expect(paths.length).toBeGreaterThan(4);
    for (const value of ['0007', 'Ann', 'Ågren', '@', 'Ulm', '123456', '1980', '01067']) {
      for (const text of [stdout, ...texts]) expect(text.replaceAll('"@type"', '')).not.toContain(value);
    }
  });

  it('makes no identity of what several people share, as it would make one of them', async () => {
    const rows = [1, 2, 3, 4].map((n) => `${n},family@example.com`);
    const made = await report(await put('people.csv', ['id,email', ...rows].join('\n')));
    expect(made.identities.map(({ namespace }) => namespace)).toEqual(['PEOPLEID']);
    expect(made.notes.join()).toMatch(/"email" is no identity: 1 of its values are those of several people/);
  });

  it('takes what the user says', async () => {
    const file = await put('x.csv', 'a,b,when,phone\n1,k1,01/02/2026,030 123456\n1,k2,03/04/2026,030 654321\n');
    const plain = await report(file, '--dataset', 'people');
    expect(plain.hasProfile).toBe(false);
    expect(plain.notes.join()).toMatch(/--dates dmy or --dates mdy.*--country DE/s);
    const said = ['--identity', 'b', '--dates', 'dmy', '--country', 'DE', '--tenant', 'acme', '--force'];
    const made = await report(file, '--dataset', 'people', ...said);
    expect(made.identities.map(({ source }) => source)).toEqual(['b', 'phone']);
    expect(made.fields.map(({ type }) => type)).toEqual(['number', 'string', 'date', 'phone']);
    expect(destinations(made).a).toBe('_acme.a');
    expect(await membersAfterReplay(file, made)).toMatchObject({ code: 0, members: 2 });
    expect((await init(file, '--identity', 'whom')).stderr).toMatch(/no column "whom"; it has a, b, when, phone/);
  });
});

describe('init with a file of events', () => {
  it('finds the id, the time and the type of each, and whose it is', async () => {
    const lines = [
      'event_id,ts,event,user_id,total',
      'e1,1767225600,view,u1,',
      'e2,1767225601,buy,u1,9.99',
      'e3,1767225602,view,u2,',
    ];
    const file = await put('clicks.csv.gz', gzipSync(lines.join('\n')));
    const made = await report(file);
    expect(made.kind).toBe('event');
    expect(destinations(made)).toEqual({
      event_id: '_id',
      ts: 'timestamp',
      event: 'eventType',
      user_id: '_shop.userId',
      total: 'commerce.order.priceTotal',
    });
    expect(await membersAfterReplay(file, made)).toMatchObject({ code: 0, members: 2 });
  });

  it('says what is missing where rows look like events and have no id', async () => {
    const made = await report(
      await put('log.csv', 'time,event,user_id\n2026-01-01T00:00:00Z,a,u1\n2026-01-01T00:00:00Z,b,u1\n'),
    );
    expect(made.kind).toBe('record');
    expect(made.notes.join()).toMatch(/"time" and "event" look like events, but no column is an id.*event_id/);
  });

  it('takes JSON as it is, with identities wherever they are', async () => {
    const event = (n: number) => ({
      _id: `e${n}`,
      timestamp: '2026-01-01T00:00:00Z',
      customer: { id: `C-${n % 2}` },
      n: n % 2 ? n : null,
    });
    const file = await put('web.ndjson', [1, 2, 3].map((n) => JSON.stringify(event(n))).join('\n'));
    const made = await report(file);
    expect([made.kind, made.identities.map(({ source }) => source)]).toEqual(['event', ['/customer/id']]);
    expect(await membersAfterReplay(file, made)).toMatchObject({ code: 0, members: 2 });
    const numbers = await report(await put('n.ndjson', '{"userId":1}\n{"userId":2}\n'), '--force');
    expect(numbers.notes.join()).toMatch(/"userId" is a number, and identities are text/);
    const untidy = await report(await put('u.ndjson', '{"ts":1,"event":"a","userId":"u"}\n'), '--force');
    expect(untidy.notes.join()).toMatch(/Events in JSON have "_id".*and "timestamp"/);
  });
});

describe('init', () => {
  const rejected: readonly (readonly [what: string, name: string, content: string | Uint8Array, says: RegExp])[] = [
    ['two ways of reading it', 'a.csv', 'id;a,b\n1;2,3\n', /two ways.*docs\/catalog.md/],
    ['UTF-16', 'a.ndjson', Buffer.from('\ufeff{"id":1}\n', 'utf16le'), /UTF-16; save it as UTF-8/],
    ['an empty file', 'a.csv', '', /no record/],
    ['a header alone', 'a.csv', 'id,name\n', /no record/],
    ['no row that can be read', 'a.csv', 'id,name\n1,a "b"\n', /quote in the middle/],
    ['a spreadsheet', 'a.csv', Buffer.from('PK\u0003\u0004xxxx'), /spreadsheet/],
    ['another kind of file', 'a.xml', '<a/>', /\.ndjson, \.jsonl, \.json, \.csv/],
    ['text that is no JSON', 'a.ndjson', 'hello\n', /not JSON/],
    ['Parquet', 'a.parquet', 'PAR1', /Parquet/],
    [
      'a header that is none',
      'a.csv',
      'C-1,ann@example.com\nC-2,bo@example.com\n',
      /no header: column 2 looks like a value.*--no-header-check/,
    ],
  ];
  it.each(rejected)('says what is wrong with %s, and writes nothing', async (_, name, content, says) => {
    const { code, stdout, stderr } = await init(await put(name, content), '--json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('ann@example.com');
    expect(await readdir(folder)).toEqual([name]);
  });

  it('reads what seems to have no header where the user says that it has', async () => {
    const made = await report(await put('a.csv', 'id,2025-01-01\n1,7\n2,8\n'), '--no-header-check');
    expect(destinations(made)['2025-01-01']).toBe('_shop._20250101');
  });

  it('leaves alone what is there, unless it says the same or is to be replaced', async () => {
    const file = await put('people.csv', 'id,city\n1,Ulm\n2,Bonn\n');
    expect((await init(file)).code).toBe(0);
    expect((await init(file)).code).toBe(0);
    const segment = join(out(), 'segments/all-people.yaml');
    await writeFile(segment, 'mine');
    const again = await init(file, '--json');
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stderr.trimEnd().split('\n').at(-1)!).error).toMatchObject({
      code: 'files-exist',
      files: ['segments/all-people.yaml'],
    });
    expect(await readFile(segment, 'utf8')).toBe('mine');
    expect((await init(file, '--force')).code).toBe(0);
    expect(await readFile(segment, 'utf8')).not.toBe('mine');
  });

  it('reads the beginning of a large file only, and says so', async () => {
    const line = `${'x'.repeat(2_000)},1\n`;
    const bytes = Buffer.from(`text,id\n${line.repeat(SAMPLE_BYTES / 1_000)}`);
    let end = 0;
    const whole = bytesSource('a.csv', bytes);
    const counted = {
      ...whole,
      stream: (from = 0, to = bytes.length) => {
        end = Math.max(end, to);
        return whole.stream(from, to);
      },
    };
    const sample = await readSample(counted);
    expect(end).toBe(SAMPLE_BYTES);
    expect(sample.isWhole).toBe(false);
    expect(sample.records.every(({ rejection }) => !rejection)).toBe(true);
    const packed = await readSample(bytesSource('a.ndjson.gz', gzipSync('{"id":"1"}\n'.repeat(3 * SAMPLE_RECORDS))));
    expect([packed.records.length, packed.isWhole]).toEqual([SAMPLE_RECORDS, false]);
    const { stdout } = await init(await put('many.csv', `id\n${'1\n'.repeat(SAMPLE_RECORDS + 1)}`));
    expect(stdout).toContain('the first 10,000 records were read');
    expect(stdout).toContain('what follows the sample was not read');
  });
});

const luma = outsideData('data/luma');
describeOutside(luma, 'init with the files of a real shop', () => {
  const files: readonly (readonly [name: string, kind: string, accepted: number, members: number])[] = [
    ['customers.csv', 'record', 420, 420],
    ['store-orders.csv', 'event', 832, 229],
    ['logins.ndjson', 'event', 654, 331],
    ['regions.ndjson', 'record', 606, 606],
    ['web-events.ndjson.gz', 'event', 23_055, 929],
  ];
  it.each(files.slice(0, size(4, 5)))('takes all of %s in', async (name, kind, accepted, members) => {
    const file = join(luma.path, name);
    const made = await report(file);
    expect([made.kind, made.sample.rejected]).toEqual([kind, 0]);
    expect(await membersAfterReplay(file, made)).toEqual({
      code: 0,
      records: { accepted, rejected: 0, duplicate: 0 },
      members,
    });
  });
});
