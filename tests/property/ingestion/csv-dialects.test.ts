import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFile, filesOf, piecemeal } from '#tests/harness/core/decode.ts';
import { runs } from '#tests/harness/runs.ts';

const NAMES = ['id', 'name', 'note'];

/** How a file is written. */
interface Dialect {
  readonly delimiter: string;
  readonly quote: '"' | "'" | 'none';
  readonly escape: 'double' | 'backslash';
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
}

const dialect = fc.record<Dialect>({
  delimiter: fc.constantFrom(',', ';', '\t', '|', '\u0001', '^'),
  quote: fc.constantFrom('"', "'", 'none'),
  escape: fc.constantFrom('double', 'backslash'),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
});

/** The letters of windows-1252 that are in Latin 1 as well, and what has a meaning in some dialect. */
const western = fc.constantFrom(...'abcxyz 0123,;\t|^"\'\\éßüÖ§»\n\r');
const anything = fc.oneof(western, fc.constantFrom('🎿', '漢', '\u2028', 'ł', '\ufeff'));
const cellsIn = ({ quote, escape: how, encoding, delimiter }: Dialect) =>
  fc.string({ unit: encoding === 'windows-1252' ? western : anything, maxLength: 8 }).map((text) => {
    // Where nothing is quoted and nothing escaped, a cell has no such thing; nor is it a null.
    const bare =
      quote === 'none' && how === 'double'
        ? text.replaceAll(new RegExp(`[\\n\\r${delimiter === '^' ? '\\^' : delimiter}]`, 'g'), '')
        : text;
    return quote === 'none' && how === 'backslash' ? bare.replaceAll('N', 'M') : bare;
  });

/** As a writer of this dialect writes a cell that has to be quoted, or need not be. */
function written(text: string, { delimiter, quote, escape: how }: Dialect, isQuoted: boolean): string {
  if (quote === 'none') {
    return how === 'double' ? text : text.replaceAll(/[\\\n\r]/g, '\\$&').replaceAll(delimiter, `\\${delimiter}`);
  }
  const must = text.includes(delimiter) || text.includes(quote) || /[\n\r\\]/.test(text) || text.startsWith('\ufeff');
  if (!must && !isQuoted) return text;
  const inside =
    how === 'double'
      ? text.replaceAll(quote, quote + quote)
      : text.replaceAll(/["'\\]/g, (one) => (one === quote || one === '\\' ? `\\${one}` : one));
  return quote + inside + quote;
}

function bytesOf(text: string, { encoding }: Dialect, hasMark: boolean): Buffer {
  if (encoding === 'windows-1252') return Buffer.from(text, 'latin1');
  const marked = hasMark ? `\ufeff${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked);
  const bytes = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

const file = dialect.chain((one) =>
  fc.record({
    dialect: fc.constant(one),
    rows: fc.array(fc.tuple(cellsIn(one), cellsIn(one)), { minLength: 1, maxLength: 12 }),
    isQuoted: fc.boolean(),
    hasMark: fc.boolean(),
    end: fc.constantFrom('\n', '\r\n'),
    packing: fc.constantFrom('', '.gz', '.zst'),
  }),
);
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

/** Every row has an id, so that none of them is blank. */
const rowsOf = ({ rows }: File): string[][] => rows.map(([name, note], n) => [`r${n}`, name, note]);

function write(given: File): { name: string; bytes: Buffer } {
  const { dialect: how, isQuoted, hasMark, end, packing } = given;
  const lines = [NAMES, ...rowsOf(given)].map((cells) =>
    cells.map((cell) => written(cell, how, isQuoted)).join(how.delimiter),
  );
  const plain = bytesOf(lines.join(end) + end, how, hasMark);
  const pack = { '': (bytes: Buffer) => bytes, '.gz': gzipSync, '.zst': zstdCompressSync }[packing]!;
  return { name: `people.csv${packing}`, bytes: Buffer.from(pack(plain)) };
}

const cellsOf = (records: readonly object[]): unknown[] =>
  records.map((record) => {
    const { value, rejection } = record as { value?: Record<string, string>; rejection?: object };
    return rejection ?? NAMES.map((name) => value?.[name] ?? '');
  });

describe('a CSV file in a dialect that is given', () => {
  it('has the cells that were written, wherever it is cut and however it is packed', async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 200 }),
        async (given, block, chunk) => {
          const { name, bytes } = write(given);
          const { records, rejection } = await decodeFile(piecemeal(name, bytes, block), chunk, filesOf(given.dialect));
          expect(rejection).toBeUndefined();
          expect(cellsOf(records)).toEqual(rowsOf(given));
          expect(records.map(({ position }) => position.row)).toEqual(given.rows.map((_, i) => i + 1));
        },
      ),
      runs(2.5, 500),
    );
  });
});

/** Whether a reader that is told nothing can know how the file was written: by a mark, letters, an escaped quote. */
const canBeKnown = ({ dialect: { delimiter, quote, encoding, escape: how }, rows, hasMark }: File): boolean =>
  [',', ';', '\t', '|'].includes(delimiter) &&
  quote === '"' &&
  (how === 'double' || rows.flat().some((cell) => cell.includes('"'))) &&
  (encoding === 'utf-8' || (encoding.startsWith('utf-16') && hasMark));

describe('a CSV file of which nothing is given', () => {
  it('has the cells that were written, or is rejected because it can be read in two ways', async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(file.filter(canBeKnown), fc.integer({ min: 1, max: 200 }), async (given, chunk) => {
        const { name, bytes } = write(given);
        const { records, rejection, detected = {} } = await decodeFile(piecemeal(name, bytes, 4_096), chunk);
        if (rejection) {
          expect(rejection.code).toBe('ambiguous-format');
          return;
        }
        read++;
        expect(cellsOf(records)).toEqual(rowsOf(given));
        const { delimiter, encoding } = given.dialect;
        expect(detected).toEqual({
          ...(delimiter !== ',' && { delimiter }),
          ...(detected.escape !== undefined && { escape: given.dialect.escape }),
          ...(encoding !== 'utf-8' && { encoding }),
        });
      }),
      runs(2.5, 500),
    );
    expect(read).toBeGreaterThan(400);
  });

  it('is read in the same way in every chunk, whatever is wrong with its rows', async () => {
    const damage = fc.constantFrom('a"b', '"a"b', 'a;b;c', '\u0000', '"', 'x');
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 10 }), fc.nat(200), async (rows, chunk) => {
        const bytes = Buffer.from(`id;name;note\n${rows.map((row, i) => `r${i};${row};z\n`).join('')}`);
        const whole = await decodeFile(piecemeal('a.csv', bytes, 4_096));
        const inChunks = await decodeFile(piecemeal('a.csv', bytes, 3), chunk);
        expect({ ...inChunks, chunks: whole.chunks }).toEqual(whole);
      }),
      runs(1, 200),
    );
  });
});
