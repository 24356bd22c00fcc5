import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { decodeFile, filesOf } from '#tests/harness/core/decode.ts';
import { size } from '#tests/harness/runs.ts';

interface Written {
  readonly csv: { readonly delimiter: string; readonly quote: '"' | 'none'; readonly escape: 'double' | 'backslash' };
  /** Every cell is in quotes. */
  readonly isQuoted: boolean;
  /** In base64. */
  readonly bytes: string;
  readonly rows: readonly (readonly string[])[];
}

const SEED = 15;
const script = join(import.meta.dirname, 'python-csv.py');
const python = spawnSync('python3', [script, String(SEED), String(size(600, 20_000))], {
  encoding: 'utf8',
  maxBuffer: 512 * 1024 ** 2,
});
const hasPython = python.error === undefined && python.status === 0;
if (!hasPython) console.log('Not run: what Python writes is read as it was written: there is no python3 here.');

/** A row is at least its id; cells of JSON come as the module writes them. */
const read = async ({ bytes }: Written, csv?: object) => {
  const file = bytesSource('a.csv', Buffer.from(bytes, 'base64'));
  const { records, rejection } = await decodeFile(file, 100, csv && filesOf(csv));
  const rows = records.map((record) => {
    if (record.rejection) return record.rejection.message;
    const value = (record as { value: Readonly<Record<string, string>> }).value;
    return ['id', 'name', 'note'].map((name) => value[name] ?? '');
  });
  return { rows, rejection };
};

describe.skipIf(!hasPython)('what the csv module of Python writes', () => {
  const files = (hasPython ? python.stdout.trim().split('\n') : []).map((line) => JSON.parse(line) as Written);
  /**
   * Outside of quotes Python escapes backslashes and quotes as well, which nobody else does who uses quotes; and without
   * quotes it leaves a `\r` as it is, which it cannot read itself.
   */
  const isUsual = ({ csv, isQuoted, rows }: Written): boolean => {
    const cells = rows.flat();
    if (csv.quote === 'none') return !cells.some((cell) => cell.includes('\r'));
    return csv.escape === 'double' || isQuoted || !cells.some((cell) => /[\\"]/.test(cell));
  };

  it('is read as it was written, where it is said how', async () => {
    const usual = files.filter(isUsual);
    expect(usual.length).toBeGreaterThan(files.length / 2);
    for (const file of usual) {
      const { rows, rejection } = await read(file, file.csv);
      expect([rows, rejection], JSON.stringify(file)).toEqual([file.rows, undefined]);
    }
  });

  it('is read as it was written, or rejected because it can be read in two ways, where nothing is said', async () => {
    const known = files.filter(
      ({ csv, rows, isQuoted }) =>
        csv.quote === '"' && (csv.escape === 'double' || (isQuoted && rows.flat().some((cell) => cell.includes('"')))),
    );
    let inDoubt = 0;
    let asBroken = 0;
    for (const file of known) {
      const { rows, rejection } = await read(file);
      if (rejection?.code === 'ambiguous-format') inDoubt++;
      else if (rows.some((row) => typeof row === 'string')) asBroken++;
      else expect(rows, JSON.stringify(file)).toEqual(file.rows);
    }
    expect([known.length > 100, inDoubt < known.length / 10, asBroken < known.length / 10]).toEqual([true, true, true]);
  });
});
