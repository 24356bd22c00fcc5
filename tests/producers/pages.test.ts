import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import type { Platform } from '#tests/harness/platform/platform.ts';
import { copiesIn, runShell, writeFiles } from '#tests/harness/producers/commands.ts';
import { excelCsv, sparkCsv } from '#tests/harness/producers/fixtures.ts';
import { outcomeOf, producersCatalog, producersPlatform, uploadAll } from '#tests/harness/producers/ingest.ts';
import { blocksOf } from '#tests/harness/producers/page.ts';
import { copied, postgresWith } from '#tests/harness/producers/postgres.ts';
import { type PythonPackage, pythonWith, runPython, sayNotRun } from '#tests/harness/producers/python.ts';
import { entityOf, peopleOf } from './people.ts';

const PEOPLE = peopleOf(600);
const LINES = PEOPLE.map((person) => `${JSON.stringify(person)}\n`).join('');

/** Pages below `docs/ingestion/`: every block of every one is run here, or is part of the catalog of the run. */
const PAGES = ['pandas', 'duckdb', 'spark', 'excel', 'postgres', 'kinesis'] as const;
type Page = (typeof PAGES)[number];

const codeOf = (page: Page, language: string): string[] =>
  blocksOf(page)
    .filter((block) => block.language === language)
    .map(({ code }) => code);

/** The catalog that a page describes: what it does not say of a dataset is as on the page of pandas. */
function catalogOf(page: Page): CompiledCatalog {
  const base = parse(codeOf('pandas', 'yaml')[0]!);
  const files: Record<string, string> = { 'datasets/people.yaml': JSON.stringify(base) };
  for (const { file, code } of blocksOf(page)) {
    if (file !== undefined) {
      const isDataset = file.startsWith('datasets/');
      const own = parse(code);
      const more = file.includes('connections') ? { authenticationRequired: false } : {};
      files[file] = JSON.stringify(isDataset ? { ...base, ...own } : { ...own, ...more });
    }
  }
  return producersCatalog(files);
}

let expected: readonly string[];
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-pages-'));
  const platform = producersPlatform(producersCatalog({ 'datasets/people.yaml': codeOf('pandas', 'yaml')[0]! }));
  for (const person of PEOPLE) platform.collect(enveloped('people', entityOf(person)), person.email);
  await platform.poller.run();
  const { profiles, wrong } = await outcomeOf(platform);
  expect(wrong).toEqual([]);
  expected = profiles;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function expectSame(platform: Platform): Promise<void> {
  const { profiles, wrong } = await outcomeOf(platform);
  expect(wrong).toEqual([]);
  expect(profiles.find((profile, n) => profile !== expected[n])).toBeUndefined();
  expect(profiles).toHaveLength(PEOPLE.length);
}

/** Runs the uploads of a page: after each of them, the stage knows everybody. */
async function expectUploads(page: Page, place: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const uploads = runShell(codeOf(page, 'bash').join('\n'), place, env);
  expect(uploads.length).toBeGreaterThan(0);
  for (const objects of uploads) {
    const platform = producersPlatform(catalogOf(page));
    await uploadAll(platform, objects);
    await expectSame(platform);
  }
}

/** A folder to write in, with the people in it. */
function placeOf(page: Page): string {
  const place = mkdtempSync(join(folder, `${page}-`));
  writeFileSync(join(place, 'people.jsonl'), LINES);
  return place;
}

const program = (name: string): string => readFileSync(join(import.meta.dirname, 'python', `${name}.py`), 'utf8');

function withPython(page: Page, name: PythonPackage, run: (python: string) => Promise<void>): void {
  const found = pythonWith(name);
  if ('notRun' in found) sayNotRun(`docs/ingestion/${page}.md`, name, found.notRun);
  else it(`of ${page} ends with the same profiles, run as it is written`, () => run(found.python));
}

describe('a page for producers', () => {
  it('is in the list of the overview', () => {
    const overview = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ingestion.md'), 'utf8');
    for (const page of PAGES) expect(overview).toContain(`(ingestion/${page}.md)`);
  });

  withPython('pandas', 'pandas', async (python) => {
    const place = placeOf('pandas');
    runPython(python, [program('pandas_people'), ...codeOf('pandas', 'python')].join('\n'), place);
    await expectUploads('pandas', place);
  });

  withPython('duckdb', 'duckdb', async (python) => {
    const place = placeOf('duckdb');
    const statements = `database.execute(${JSON.stringify(codeOf('duckdb', 'sql').join('\n'))})`;
    runPython(python, `${program('duckdb_people')}\n${statements}`, place);
    await expectUploads('duckdb', place);
  });

  withPython('spark', 'spark', async (python) => {
    const place = placeOf('spark');
    runPython(python, [program('spark_people'), ...codeOf('spark', 'python')].join('\n'), place);
    await expectUploads('spark', place);
  });

  it('of spark ends with the same profiles, with the files that its options write', async () => {
    const place = placeOf('spark');
    expect(codeOf('spark', 'python').join('')).toContain('.option("header", True).csv("people.csv")');
    writeFiles(join(place, 'people.csv'), sparkCsv(PEOPLE));
    // Parquet of Spark is written by the tests of pyarrow, and by Spark itself.
    const csvOnly = codeOf('spark', 'bash')
      .join('')
      .split('\n')
      .filter((line) => !line.includes('parquet'));
    const [objects] = runShell(csvOnly.join('\n'), place);
    const platform = producersPlatform(catalogOf('spark'));
    await uploadAll(platform, objects!);
    await expectSame(platform);
  });

  it('of excel ends with the same profiles', async () => {
    const place = placeOf('excel');
    writeFileSync(join(place, 'people.csv'), excelCsv(PEOPLE));
    await expectUploads('excel', place);
  });

  it('of postgres ends with the same profiles, run as it is written', async () => {
    const place = placeOf('postgres');
    const database = await postgresWith(PEOPLE);
    const queries = join(place, 'queries.txt');
    const env = { DATABASE_URL: 'postgres://localhost/crm', QUERIES: queries };
    const shell = codeOf('postgres', 'bash').join('\n');
    // First the queries alone: the database is no server that psql could ask.
    runShell(
      shell
        .split('\n')
        .filter((line) => line.startsWith('psql'))
        .join('\n'),
      place,
      env,
    );
    for (const { what, file, options } of copiesIn(queries)) {
      writeFileSync(join(place, file), await copied(database, what, options));
    }
    await database.close();
    await expectUploads('postgres', place, env);
  });

  withPython('kinesis', 'kinesis', async (python) => {
    const [sdk, packed, kpl] = codeOf('kinesis', 'python');
    for (const blocks of [[sdk], [sdk, packed], [sdk, kpl]]) {
      const place = placeOf('kinesis');
      runPython(python, [program('kinesis_people'), ...blocks].join('\n'), place);
      const records = readFileSync(join(place, 'records.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      // What the first block has sent one by one is left aside where another block is tried.
      const sent = blocks.length === 1 ? records : records.slice(PEOPLE.length);
      expect(sent.length).toBeLessThanOrEqual(blocks.length === 1 ? PEOPLE.length : PEOPLE.length / 10);
      const platform = producersPlatform(catalogOf('kinesis'));
      for (const { key, data } of sent) platform.poller.stream('collection').put(key, Buffer.from(data, 'base64'));
      await platform.poller.run();
      await expectSame(platform);
    }
  });

  it('of kinesis ends with the same profiles by the agent and by Firehose, with what they make of their settings', async () => {
    const [agent, firehose] = codeOf('kinesis', 'json').map((code) => JSON.parse(code));
    expect(agent.flows).toEqual([expect.objectContaining({ kinesisStream: expect.any(String) })]);
    expect(agent.flows[0]).not.toHaveProperty('deliveryStream');
    const byAgent = producersPlatform(catalogOf('kinesis'));
    for (const [n, line] of LINES.trimEnd().split('\n').entries()) {
      byAgent.poller.stream('collection').put(`random ${n % 17}`, Buffer.from(`${line}\n`));
    }
    await byAgent.poller.run();
    await expectSame(byAgent);

    expect(firehose).toMatchObject({ CompressionFormat: 'GZIP' });
    expect(firehose.ErrorOutputPrefix).not.toMatch(/^landing\//);
    const objects = [PEOPLE.slice(0, 400), PEOPLE.slice(400)].map((some, n) => {
      const name = `crm-1-2026-03-01-10-0${n}-00-7f7a1bd2-6f1c-4c2e-8f0b-1d6b6c0e9a5${n}${firehose.FileExtension}`;
      // Without a delimiter, as Firehose is created.
      const text = some.map((person) => JSON.stringify(person)).join('');
      return [`${firehose.Prefix}2026/03/01/10/${name}`, gzipSync(text)] as const;
    });
    const byFirehose = producersPlatform(catalogOf('kinesis'));
    await uploadAll(byFirehose, new Map(objects));
    await expectSame(byFirehose);
  });

  it('has no block that nothing here runs or reads', () => {
    const known: Readonly<Record<Page, readonly string[]>> = {
      pandas: ['yaml', 'python', 'bash'],
      duckdb: ['sql', 'bash'],
      spark: ['python', 'bash'],
      excel: ['yaml', 'bash'],
      postgres: ['bash', 'yaml'],
      kinesis: ['yaml', 'python', 'json'],
    };
    for (const page of PAGES) {
      for (const { language, file } of blocksOf(page)) {
        expect(known[page]).toContain(language);
        if (language === 'yaml') expect(file).toBeDefined();
      }
    }
    expect(codeOf('kinesis', 'python')).toHaveLength(3);
    expect(codeOf('kinesis', 'json')).toHaveLength(2);
    expect(existsSync(folder)).toBe(true);
  });
});
