import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowErrors } from '#core/api/batch/report.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';

const MAX_BYTES = 2_000;

const rowOf = (row: number, code: 'malformed' | 'schema-violation', note: string): QuarantineRow => ({
  datasetId: 'web-events',
  receivedAt: 0,
  tieBreaker: '',
  position: { source: 'landing/web-events/a.json', row },
  raw: JSON.stringify({ note }),
  rejections: [{ code, message: 'wrong' }],
});

/** Texts of one, two and three bytes a character, up to some that are too large for a file together with others. */
const note = fc.tuple(fc.constantFrom('x', 'é', '東'), fc.nat(1_200)).map(([letter, length]) => letter.repeat(length));

it('the files of rejected rows hold each row once, in order, and are cut only where the next does not fit', () => {
  const rows = fc
    .array(fc.tuple(fc.constantFrom('malformed' as const, 'schema-violation' as const), note), { maxLength: 30 })
    .map((all) => all.map(([code, text], n) => rowOf(n + 1, code, text)));
  fc.assert(
    fc.property(rows, (all) => {
      for (const [kind, code] of [
        ['parsing', 'malformed'],
        ['conversion', 'schema-violation'],
      ] as const) {
        const files = rowErrors(all, MAX_BYTES)
          .filter((file) => file.kind === kind)
          .map(({ text }) => text.split('\n').slice(0, -1));
        const own = all.filter(({ rejections: [rejection] }) => rejection!.code === code);
        expect(files.flat().map((line) => JSON.parse(line)._row)).toEqual(own.map(({ position }) => position.row));
        const bytes = (lines: readonly string[]): number => Buffer.byteLength(`${lines.join('\n')}\n`);
        for (const [n, lines] of files.entries()) {
          expect(lines.length === 1 || bytes(lines) <= MAX_BYTES).toBe(true);
          const [next] = files[n + 1] ?? [];
          if (next !== undefined) expect(bytes([...lines, next])).toBeGreaterThan(MAX_BYTES);
        }
      }
    }),
  );
});
