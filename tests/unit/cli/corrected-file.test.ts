import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCorrected } from '#cli/quarantine/corrected-file.ts';
import { tally } from '#cli/report/table.ts';
import { UserError } from '#cli/user-error.ts';
import { rawOf } from '#core/ingestion/text/decode-json.ts';
import { correctableLine } from '#core/pipeline/quarantine/corrected.ts';
import { rowId } from '#core/pipeline/quarantine/read.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';

const rowOf = (text: string, row: number): QuarantineRow => ({
  datasetId: 'customers',
  position: { source: 'landing/customers/crm.csv', row },
  receivedAt: 1_772_359_200_000,
  tieBreaker: String(row),
  rejections: [{ code: 'schema-violation', message: 'Expected one of none, bronze', pointer: '/loyalty/tier' }],
  format: 'csv',
  header: ['crmId', 'tier'],
  ...rawOf(Buffer.from(text)),
});

describe('a file of rejected records that people fix', () => {
  it('says of each where it stood and why it was rejected, and is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (texts) => {
        const rows = texts.map(rowOf);
        const corrected = parseCorrected(rows.map(correctableLine).join(''), 'rows.ndjson');
        expect([...corrected]).toEqual(rows.map((row, i) => [rowId(row), texts[i]]));
      }),
    );
    expect(JSON.parse(correctableLine(rowOf('RB-1,gold', 7)))).toMatchObject({
      raw: 'RB-1,gold',
      header: 'crmId,tier',
      dataset: 'customers',
      position: { row: 7 },
      rejections: [{ pointer: '/loyalty/tier' }],
    });
  });

  it.each(['{"id":"a"}', '{"id":"a","raw":{}}', 'id,raw', '[]'])('is rejected with its line when it has %s', (bad) => {
    const read = () => parseCorrected(`{"id":"a","raw":"x"}\n\n${bad}\n`, 'rows.ndjson');
    expect(read).toThrow(UserError);
    expect(read).toThrow(/rows\.ndjson, line 3/);
  });

  it('leaves no reason behind of which nothing is rejected any more', () => {
    expect(tally({ malformed: 1, 'mapping-failed': 0, 'schema-violation': 2 })).toBe('schema-violation 2, malformed 1');
  });
});
