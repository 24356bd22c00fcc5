import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';
import { addToCart } from '#tests/harness/platform/example.ts';

const NOW = '2026-03-01T10:00:00Z';
const AT = Date.parse(NOW) - 3_600_000;

describe('replay of files that say the same', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duplicates-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(path: string, lines: readonly string[]): Promise<string> {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), lines.join('\n'));
    return join(folder, path);
  }
  async function recordsOf(...inputs: readonly string[]) {
    const { code, stdout } = await cli('replay', ...inputs.flatMap((one) => ['--input', one]), '--now', NOW, '--json');
    expect(code).toBe(0);
    return JSON.parse(stdout).records;
  }

  const events = [1, 2, 3].map((n) => JSON.stringify(addToCart(n, AT)));
  const customers = ['crmId,tier,updatedAt', `RB-1,gold,${NOW}`, `RB-2,none,${NOW}`];

  it('counts a file that is given twice once, and its second time as duplicates', async () => {
    const file = `web-events=${await put('a.ndjson', events)}`;
    expect(await recordsOf(file, file)).toEqual({ accepted: 3, rejected: 0, duplicate: 3 });
    const rows = `customers=${await put('a.csv', customers)}`;
    expect(await recordsOf(rows, rows)).toEqual({ accepted: 2, rejected: 0, duplicate: 2 });
  });

  it('tells files of one name apart', async () => {
    const files = [await put('january/a.ndjson', events), await put('february/a.ndjson', events.slice(0, 2))];
    const inputs = files.map((path) => `web-events=${path}`);
    expect(await recordsOf(...inputs)).toEqual({ accepted: 3, rejected: 0, duplicate: 2 });
  });
});
