import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MappingReport } from '#core/pipeline/test-mapping.ts';
import { cli } from '#tests/harness/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mapping-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ROWS = [
  { crmId: 'RB-1', email: ' Ada@Example.com', tier: 'gold', updatedAt: '2026-05-01T10:00:00Z' },
  { crmId: 'RB-2', email: 'n/a', tier: 'gold', updatedAt: 'yesterday' },
  { crmId: 'RB-3', email: 'n/a', tier: 'platinum', updatedAt: '2026-05-01T10:00:00Z' },
  { crmId: 'RB-4', email: 'n/a', tier: 'none', updatedAt: 'tomorrow' },
];
const NAMES = Object.keys(ROWS[0]!) as (keyof (typeof ROWS)[number])[];
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'c.csv': [NAMES.join(','), ...ROWS.map((row) => NAMES.map((name) => row[name]).join(','))].join('\n'),
  'c.ndjson': ROWS.map((row) => JSON.stringify(row)).join('\n'),
  'c.json': JSON.stringify(ROWS),
  'c.parquet': new Uint8Array(
    parquetWriteBuffer({ columnData: NAMES.map((name) => ({ name, data: ROWS.map((row) => row[name]) })) }),
  ),
};

async function test(file: string, ...args: readonly string[]) {
  const path = join(folder, file);
  await writeFile(path, FILES[file] ?? '');
  return cli('mapping', 'test', 'customers', '--catalog', 'catalog', '--input', path, ...args);
}

describe('tributary mapping test', () => {
  it.each(Object.keys(FILES))('tells of %s what becomes of the first rows, and counts all', async (file) => {
    const { code, stdout } = await test(file, '--json', '--rows', '2');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as MappingReport;
    expect(report).toMatchObject({ dataset: 'customers', records: 4, accepted: 1, rejected: 3, identitiesOmitted: 0 });
    expect(report.first).toEqual([
      {
        row: 1,
        before: ROWS[0],
        after: {
          _riverbend: { crmId: 'RB-1' },
          personalEmail: { address: 'ada@example.com' },
          loyalty: { tier: 'gold' },
          extSourceSystemAudit: { lastUpdatedDate: '2026-05-01T10:00:00.000Z' },
        },
      },
      {
        row: 2,
        before: ROWS[1],
        rejections: [expect.objectContaining({ column: 'updatedAt', code: 'mapping-failed' })],
      },
    ]);
    expect(
      report.reasons.map(({ reason, pointer, records, firstRow }) => [reason, pointer, records, firstRow]),
    ).toEqual([
      ['mapping-failed', '/extSourceSystemAudit/lastUpdatedDate', 2, 2],
      ['schema-violation', '/loyalty/tier', 1, 3],
    ]);
  });

  it('prints it for people, without what steers a terminal', async () => {
    const steering = '{"crmId":"RB-1\\u001b[31m","updatedAt":"2026-05-01T10:00:00Z","\\u001b[2J":1}';
    await writeFile(join(folder, 'e.ndjson'), steering);
    const { code, stdout } = await cli(
      ...['mapping', 'test', 'customers', '--catalog', 'catalog'],
      ...['--input', join(folder, 'e.ndjson')],
    );
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('1 record: 1 accepted, 0 rejected');
    const text = await test('c.csv');
    expect(text.stdout).toMatch(/Row 2\n +before +after: rejected\n/);
    expect(text.stdout).toMatch(/rejected: Column "updatedAt" can't become extSource/);
    expect(text.stdout).toContain('4 records: 1 accepted, 3 rejected');
  });

  it('ends with 1 when something is rejected and it is to be strict', async () => {
    expect((await test('c.csv', '--strict')).code).toBe(1);
    const path = join(folder, 'renamed.csv');
    await writeFile(path, 'crmId,Email\nRB-1,a@b.example\n');
    const renamed = ['mapping', 'test', 'customers', '--catalog', 'catalog', '--input', path];
    const { code, stdout } = await cli(...renamed, '--strict');
    expect(code).toBe(1);
    expect(stdout).toMatch(/The file is rejected, or the rest of it: .*\(invalid-header\)/);
    expect((await cli(...renamed)).code).toBe(0);
    const good = join(folder, 'good.ndjson');
    await writeFile(good, '{"crmId":"RB-1","updatedAt":"2026-05-01T10:00:00Z"}');
    expect((await cli(...renamed.slice(0, -1), good, '--strict')).code).toBe(0);
  });

  it('says which datasets there are', async () => {
    const { code, stderr } = await cli('mapping', 'test', 'custmers', '--input', 'x.csv');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no dataset "custmers" in catalog, only consents, customers, ');
  });
});
