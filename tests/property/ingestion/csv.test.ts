import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFile, filesOf, piecemeal } from '#tests/harness/core/decode.ts';
import { runs } from '#tests/harness/runs.ts';

const COLUMNS = ['a', 'b', 'c'];
const USUAL = filesOf({ delimiter: ',', escape: 'double' });
const cell = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    ' ',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    'a,b',
    'say "hi"',
    '"quoted"',
    'ünïcödé 🎿',
    '\ufeff',
    "'",
  ),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
);
/** A cell as somebody may write it: in quotes where it must be, and where it need not. */
const written = fc
  .tuple(cell, fc.boolean())
  .map(([text, isQuoted]) => (isQuoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
const row = fc.array(written, { minLength: 1, maxLength: 5 }).map((cells) => cells.join(','));
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

describe('a CSV file', () => {
  it('has the rows and cells that another reader finds in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        lineEnd,
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 200 }),
        async (rows, end, block, chunk) => {
          const textOf = (lines: readonly string[]): string => [COLUMNS.join(','), ...lines].join(end) + end;
          const filled = rows.filter((line) => !/^[ \t]*$/.test(line));
          fc.pre(filled.length > 0);
          const [, ...others] = parse(textOf(filled), { record_delimiter: end, relax_column_count: true });
          const text = textOf(rows);
          const { records } = await decodeFile(piecemeal('a.csv', Buffer.from(text), block), chunk, USUAL);
          expect(records.map((record) => record.rejection?.found ?? cellsOf(record))).toEqual(
            others.map((cells, i) => {
              if (filled[i]!.startsWith('\ufeff')) return 'the beginning of a file';
              return cells.length === COLUMNS.length ? cells : `${cells.length} columns`;
            }),
          );
          expect(records.map(({ position }) => position.row)).toEqual(others.map((_, i) => i + 1));
        },
      ),
      runs(2.5, 500),
    );
  });
});

/** Empty cells are left out of a record. */
const cellsOf = (record: object): string[] => {
  const value = 'value' in record ? (record.value as Readonly<Record<string, string>>) : {};
  return COLUMNS.map((name) => value[name] ?? '');
};
