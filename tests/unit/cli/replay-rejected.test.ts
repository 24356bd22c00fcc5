import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FirstRejected } from '#cli/replay/first-rejected.ts';
import { cli } from '#tests/harness/cli.ts';
import { addToCart } from '#tests/harness/platform/example.ts';

const NOW = '2026-03-01T10:00:00Z';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rejected-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = async (name: string, lines: readonly string[]): Promise<string> => {
  await writeFile(join(folder, name), lines.join('\n'));
  return join(folder, name);
};
const replay = (...args: string[]) => cli('replay', ...args);

describe('the rejected records of a replay', () => {
  it('are shown in the order of files and rows, with pointer and reason, in whatever order they travel', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? `RB-${n},,never` : `RB-${n},,${NOW}`));
    const customers = await put('customers.csv', ['crmId,tier,updatedAt', ...rows]);
    const events = await put('web-events.ndjson', ['{', JSON.stringify(addToCart(1, Date.parse(NOW)))]);
    const inputs = ['--input', `customers=${customers}`, '--input', `web-events=${events}`, '--now', NOW];
    for (const ingest of ['stream', 'batch', 'mixed']) {
      const { code, stdout } = await replay(...inputs, '--ingest', ingest, '--json', '--rejected', '3');
      expect(code).toBe(0);
      const { records, rejected } = JSON.parse(stdout);
      expect(records).toEqual({ accepted: 21, rejected: 11, duplicate: 0 });
      expect(rejected.map(({ row }: { row: number }) => row)).toEqual([1, 4, 7]);
      expect(rejected[0]).toEqual({
        input: customers,
        row: 1,
        rejections: [
          expect.objectContaining({ code: 'mapping-failed', pointer: '/extSourceSystemAudit/lastUpdatedDate' }),
        ],
      });
    }
    const { stdout } = await replay(...inputs);
    expect(stdout).toContain('Rejected, the first 10 of 11');
    expect(stdout).toMatch(
      /customers\.csv +1 +\/extSourceSystemAudit\/lastUpdatedDate +mapping-failed +Column "updatedAt"/,
    );
    expect((await replay(...inputs, '--rejected', '11')).stdout).toMatch(
      /web-events\.ndjson +1 +malformed +This is not JSON/,
    );
    expect(stdout).not.toContain('never');
  });

  it('make it fail with --strict, a file that cannot be read as well', async () => {
    const good = await put('good.csv', ['crmId,tier,updatedAt', `RB-1,,${NOW}`]);
    const bad = await put('bad.csv', ['a,b', 'x,y']);
    expect((await replay('--input', `customers=${good}`, '--strict')).code).toBe(0);
    expect((await replay('--input', `customers=${bad}`)).code).toBe(0);
    const { code, stdout } = await replay('--input', `customers=${bad}`, '--strict', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).rejected).toEqual([
      { input: bad, rejections: [expect.objectContaining({ code: 'invalid-header' })] },
    ]);
    const failed = await put('failed.csv', ['crmId,tier,updatedAt', 'RB-1,,never', `RB-2,,${NOW}`]);
    const asWhole = await replay('--input', `customers=${failed}`, '--threshold', '5', '--json');
    expect(JSON.parse(asWhole.stdout).rejected).toMatchObject([{ input: failed, row: 1 }]);
  });

  it('are kept few, however many there are', () => {
    const first = new FirstRejected(
      2,
      new Map([
        ['1/a', 'a'],
        ['2/b', 'b'],
      ]),
    );
    for (let row = 5_000; row > 0; row--) {
      first.add({ source: row % 2 ? '2/b' : '1/a', row }, []);
    }
    first.add({ source: '1/a' }, []);
    expect(first.records).toEqual([
      { input: 'a', row: 2, rejections: [] },
      { input: 'a', row: 4, rejections: [] },
    ]);
  });
});

describe('a replay', () => {
  it('is of the present unless it is said otherwise', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(NOW) });
    try {
      const file = await put('a.csv', ['crmId,tier,updatedAt', `RB-1,,${NOW}`]);
      const { stdout } = await replay('--input', `customers=${file}`, '--json');
      expect(JSON.parse(stdout).now).toBe(new Date(NOW).toISOString());
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an example', () => {
  it('has as many people as it is asked for', async () => {
    const rowsOf = async (people: string): Promise<number> => {
      const out = join(folder, people);
      expect((await cli('example', 'generate', '--out', out, '--people', people, '--now', NOW)).code).toBe(0);
      return (await readFile(join(out, 'customers.csv'), 'utf8')).trim().split('\n').length;
    };
    expect(await rowsOf('100')).toBeGreaterThan(2 * (await rowsOf('20')));
  });
});
