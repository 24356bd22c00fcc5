import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mendableLine, parseMended } from '#cli/quarantine/mended-file.ts';
import { tally } from '#cli/report/table.ts';
import { UserError } from '#cli/user-error.ts';
import { rawOf } from '#core/ingestion/text/decode-json.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/keep.ts';
import { rowId } from '#core/pipeline/quarantine/quarantine.ts';

const rowOf = (text: string, row: number): QuarantineRow => ({
  datasetId: 'customers',
  position: { source: 'landing/customers/crm.csv', row },
  receivedAt: 1_772_359_200_000,
  tie: String(row),
  refusals: [{ code: 'schema-violation', message: 'Expected one of none, bronze', pointer: '/loyalty/tier' }],
  format: 'csv',
  header: ['crmId', 'tier'],
  ...rawOf(Buffer.from(text)),
});

describe('a file of refused records that people mend', () => {
  it('says of each where it stood and why it was refused, and is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (texts) => {
        const rows = texts.map(rowOf);
        const mended = parseMended(rows.map(mendableLine).join(''), 'rows.ndjson');
        expect([...mended]).toEqual(rows.map((row, i) => [rowId(row), texts[i]]));
      }),
    );
    expect(JSON.parse(mendableLine(rowOf('RB-1,gold', 7)))).toMatchObject({
      raw: 'RB-1,gold',
      header: 'crmId,tier',
      dataset: 'customers',
      position: { row: 7 },
      refusals: [{ pointer: '/loyalty/tier' }],
    });
  });

  it.each(['{"id":"a"}', '{"id":"a","raw":{}}', 'id,raw', '[]'])('is refused with its line when it has %s', (bad) => {
    const read = () => parseMended(`{"id":"a","raw":"x"}\n\n${bad}\n`, 'rows.ndjson');
    expect(read).toThrow(UserError);
    expect(read).toThrow(/rows\.ndjson, line 3/);
  });

  it('leaves no reason behind of which nothing is refused any more', () => {
    expect(tally({ malformed: 1, 'mapping-failed': 0, 'schema-violation': 2 })).toBe('schema-violation 2, malformed 1');
  });
});
