import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';

async function written(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'aam-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return Object.keys(files).map((name) => join(folder, name));
}

const read = (...files: string[]) => cli('audience-manager', 'read', ...files);

describe('audience-manager read', () => {
  it('applies files in their order, compressed ones too, and counts who has what', async () => {
    const files = await written({
      'ftp_dpm_21_1366545717.sync': 'u1\td_sid=1,d_sid=2\nu2\td_sid=1\nu3\n',
      'ftp_dpm_21_1366545718.overwrite.gz': gzipSync('u1\td_sid=3\n'),
    });
    const { code, stdout } = await read(...files);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(
      answer.files.map(({ rows, rejected }: { rows: number; rejected: unknown[] }) => [rows, rejected.length]),
    ).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect(answer.known).toEqual({ users: 2, counts: { 1: 1, 3: 1 } });
  });

  it('says what is no file of Audience Manager', async () => {
    const [file] = await written({ 'letter.txt': 'Dear partner' });
    const { code, stderr } = await read(file!);
    expect([code, stderr.includes('This is no receipt of Audience Manager')]).toEqual([1, true]);
    expect((await read('nowhere.sync')).stderr).toMatch(/Cannot read nowhere.sync/);
  });
});
