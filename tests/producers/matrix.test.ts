import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import { excelCsv, sparkCsv } from '#tests/harness/producers/fixtures.ts';
import {
  outcomeOf,
  producersCatalog,
  producersPlatform,
  replayAll,
  uploadAll,
} from '#tests/harness/producers/ingest.ts';
import { copied, postgresWith } from '#tests/harness/producers/postgres.ts';
import { type PythonPackage, pythonWith, runPython, sayNotRun } from '#tests/harness/producers/python.ts';
import { entityOf, peopleOf } from './people.ts';

const PEOPLE = peopleOf(5_000);

/** How columns become fields; some producers need a word more. */
const MAPPING = `
  - { source: id, destination: _acme.customerId }
  - { source: email, destination: personalEmail.address }
  - { source: first_name, destination: person.name.firstName }
  - { source: last_name, destination: person.name.lastName }
  - { source: note, destination: _acme.note }
  - { source: points, destination: _acme.points, type: integer }
  - { source: revenue, destination: _acme.revenue, type: number }
  - { source: vip, destination: _acme.vip, type: boolean }
  - { source: since, destination: extSourceSystemAudit.lastUpdatedDate, type: date-time, timeZone: UTC }
  - { source: birthday, destination: person.birthDate, type: date }`;
const datasetWith = (more = '', mapping: string | undefined = MAPPING): string =>
  `id: people\nschemaRef: { id: https://acme.example/schemas/people }\n${more}\n${mapping ? `mapping:${mapping}` : ''}\n`;
const catalogWith = (dataset = datasetWith()) => producersCatalog({ 'datasets/people.yaml': dataset });

/** Files that need more than the mapping: what the dataset says of them. */
const SETTINGS: Readonly<Record<string, string>> = {
  'pandas/epoch.ndjson': datasetWith(),
  'pandas/xdm-names.parquet': datasetWith('', ''),
  'excel/people.csv': excelDataset(),
  'excel/sep.csv': excelDataset(),
  'postgres/text.csv': datasetWith(
    `nulls: ['\\N']\ncsv: { delimiter: tab, quote: none, escape: backslash, header: none, columns: [id, email, first_name, last_name, note, points, revenue, vip, since, birthday] }`,
  ),
  'postgres/text-header.tsv': datasetWith(`nulls: ['\\N']\ncsv: { delimiter: tab, quote: none, escape: backslash }`),
  'postgres/nulls.csv': datasetWith(`nulls: ['\\N']`),
};

function excelDataset(): string {
  const german = MAPPING.replace(
    'type: date-time, timeZone: UTC',
    'type: date-time, format: "dd.MM.yyyy HH:mm", timeZone: UTC',
  ).replace('type: date }', 'type: date, format: dd.MM.yyyy }');
  return datasetWith('csv: { thousands: ".", booleans: { true: [WAHR], false: [FALSCH] } }', german);
}

let expected: readonly string[];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-producers-'));
  writeFileSync(join(folder, 'people.jsonl'), PEOPLE.map((person) => `${JSON.stringify(person)}\n`).join(''));
  const platform = producersPlatform(catalogWith());
  // In XDM already, on the stream: nothing that files or mappings do has a part in it.
  for (const person of PEOPLE) platform.collect(enveloped('people', entityOf(person)), person.email);
  await platform.poller.run();
  const { profiles, wrong } = await outcomeOf(platform);
  expect(wrong).toEqual([]);
  expect(profiles).toHaveLength(PEOPLE.length);
  expected = profiles;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One file is read as `replay` does; several lie on a stage, among whatever else is there. */
async function expectSame(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const catalog = catalogWith(SETTINGS[name]);
  const { profiles, wrong } =
    files.size === 1 ? await replayAll(catalog, 'people', files) : await onStage(catalog, files);
  expect(wrong).toEqual([]);
  // Not the arrays: to show how five thousand differ would take minutes.
  const different = profiles.findIndex((profile, n) => profile !== expected[n]);
  expect(profiles[different]).toBe(expected[different]);
  expect(profiles).toHaveLength(PEOPLE.length);
}

async function onStage(catalog: CompiledCatalog, files: ReadonlyMap<string, Uint8Array>) {
  const platform = producersPlatform(catalog);
  await uploadAll(platform, new Map([...files].map(([file, bytes]) => [`landing/people/${file}`, bytes])));
  return outcomeOf(platform);
}

/** What an assertion has compared: to one line. */
function differenceIn(error: Error & { readonly actual?: unknown; readonly expected?: unknown }): string {
  const lines = (value: unknown): string[] => String(value).split('\n');
  const [found, wanted] = [lines(error.actual), lines(error.expected)];
  return found
    .filter((line) => !wanted.includes(line))
    .join(' ')
    .slice(0, 600);
}

const code = (name: string): string => readFileSync(join(import.meta.dirname, 'python', `${name}.py`), 'utf8');

/** What a program in Python writes: one test for all of its files, since nobody knows their names before it has run. */
function describeWriter(what: string, name: PythonPackage, programs: readonly string[]): void {
  const found = pythonWith(name);
  if ('notRun' in found) {
    sayNotRun(`people as ${what} write them`, name, found.notRun);
    return;
  }
  describe(`people as ${what} write them`, () => {
    let files: readonly string[];
    let out: string;
    beforeAll(() => {
      out = mkdtempSync(join(folder, `${name}-`));
      writeFileSync(join(out, 'people.jsonl'), readFileSync(join(folder, 'people.jsonl')));
      runPython(found.python, programs.map(code).join('\n'), out);
      files = readdirSync(out).filter((file) => file !== 'people.jsonl');
    });

    it('are the same profiles, in every format', async () => {
      expect(files.length).toBeGreaterThan(4);
      const failed: string[] = [];
      for (const file of files) {
        const bytes = readFileSync(join(out, file));
        await expectSame(`${name}/${file}`, new Map([[file, bytes]])).catch((error: Error) => {
          failed.push(`${file}: ${error.message} ${differenceIn(error)}`);
        });
      }
      expect(failed).toEqual([]);
    });
  });
}

describeWriter('pandas and pyarrow', 'pandas', ['pandas_people', 'pandas_variants', 'pyarrow_variants']);
describeWriter('polars', 'polars', ['polars_people', 'polars_variants']);
describeWriter('DuckDB', 'duckdb', ['duckdb_people', 'duckdb_variants']);

describe('people that Spark, Excel or Postgres write', () => {
  let database: Awaited<ReturnType<typeof postgresWith>>;
  beforeAll(async () => {
    database = await postgresWith(PEOPLE);
  });
  afterAll(() => database.close());

  it('are the same profiles from a folder of Spark, with all that lies in it', async () => {
    await expectSame('spark', new Map([...sparkCsv(PEOPLE)].map(([file, bytes]) => [`people.csv/${file}`, bytes])));
  });

  it.each([
    ['excel/people.csv', false],
    ['excel/sep.csv', true],
  ])('are the same profiles from a spreadsheet (%s)', async (name, withSep) => {
    await expectSame(name, new Map([['people.csv', excelCsv(PEOPLE, { withSep })]]));
  });

  it.each([
    ['postgres/people.csv', '(FORMAT csv, HEADER)'],
    ['postgres/quoted.csv', '(FORMAT csv, HEADER, FORCE_QUOTE *)'],
    ['postgres/nulls.csv', String.raw`(FORMAT csv, HEADER, NULL '\N')`],
    ['postgres/text.csv', '(FORMAT text)'],
    ['postgres/text-header.tsv', '(FORMAT text, HEADER)'],
  ])('are the same profiles from a table of Postgres (%s)', async (name, options) => {
    const file = name.split('/')[1]!;
    await expectSame(name, new Map([[file, await copied(database, 'people', options)]]));
  });
});
