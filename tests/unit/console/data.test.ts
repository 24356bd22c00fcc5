import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  fieldOf,
  fileOf,
  foundFields,
  outcomesOf,
  progressOf,
  rowOf,
  type SchemaField,
  wrongColumns,
} from '#console/data/model.ts';
import { readRejectedFilter } from '#console/data/rejected/filter.ts';
import { formatOf, PART_BYTES, partsOf } from '#console/data/upload/send.ts';
import { PLAIN_CSV } from '#core/ingestion/text/csv-dialect.ts';
import { rowReader } from '#core/ingestion/text/csv-rows.ts';
import { csvSplitter } from '#core/ingestion/text/splitter-for.ts';
import { runs } from '#tests/harness/runs.ts';

const counts = (accepted: number, rejected: number, duplicate: number) => ({ accepted, rejected, duplicate });
const batch = (more: object): Batch => ({
  id: 'b',
  status: 'staging',
  dataset: 'customers',
  createdAt: '',
  transitions: {},
  ...more,
});

describe('the screens of data', () => {
  it('write a corrected row as the platform reads it, whatever is in its cells', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', ';', '\t', 'ß') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        const header = cells.map((_, i) => `column${i}`);
        const splitter = csvSplitter(1, PLAIN_CSV);
        const rows = [...splitter.push(Buffer.from(rowOf(cells))), ...splitter.end()];
        // A row without anything in it is none.
        fc.pre(rows.length > 0);
        expect(rows).toHaveLength(1);
        const read = rowReader(header, PLAIN_CSV)(rows[0]!, { source: 'x' });
        expect(read).toMatchObject({ value: cells });
      }),
      runs(1, 200),
    );
  });

  it('add up what became of records, however they came', () => {
    const of = { stream: counts(5, 3, 1), batch: counts(10, 2, 0), replay: counts(2, -2, 0), batches: {} };
    expect(outcomesOf(of as never)).toEqual(counts(17, 3, 1));
    expect(outcomesOf(undefined)).toBeUndefined();
  });

  it('show a batch against its threshold while it is validated, and by its counts afterwards', () => {
    const chunks = { all: 4, validated: 2, completed: 0 };
    const running = batch({
      chunks,
      validated: counts(90, 10, 0),
      counts: counts(0, 0, 0),
      partialIngestionPercentage: 5,
    });
    expect(progressOf(running)).toEqual({
      validation: 0.5,
      ingestion: 0,
      rejectedShare: 0.1,
      limit: 0.05,
      isOver: false,
    });
    expect(progressOf(batch({}))).toBeUndefined();
    const empty = batch({ status: 'success', chunks: { all: 0, validated: 0, completed: 0 }, counts: counts(0, 0, 0) });
    expect(progressOf(empty)).toMatchObject({ validation: 1, ingestion: 1, rejectedShare: 0, isOver: true });
  });

  it('say where in a record something is wrong, and which cell that is', () => {
    expect(fieldOf({ pointer: '/loyalty/tier' })).toBe('loyalty.tier');
    expect(fieldOf({ column: 'total', pointer: '/order/priceTotal' })).toBe('total');
    expect(fieldOf({ pointer: '/a~1b/c~0d' })).toBe('a/b.c~d');
    expect([fieldOf({}), fieldOf({ pointer: '' })]).toEqual(['–', '–']);
    const rejections = [{ code: 'schema-violation', message: '', pointer: '/loyalty/tier' }];
    expect([...wrongColumns(['crmId', 'Tier', 'tier_2'], rejections)]).toEqual(['Tier']);
    expect(fileOf({ file: 'landing/customers/all/monday.csv' })).toBe('all/monday.csv');
    expect(fileOf({})).toBeUndefined();
  });

  it('find fields by path, title, label and namespace, together with what they lie in', () => {
    const field = (path: string, more: Partial<SchemaField> = {}): SchemaField => {
      const steps = path.split('.');
      const about = { type: 'object', isList: false, isRequired: false, labels: [] };
      return { path, name: steps.at(-1)!, level: steps.length - 1, ...about, ...more };
    };
    const fields = [
      field('person'),
      field('person.name', { title: 'Full name' }),
      field('loyalty'),
      field('loyalty.tier', { labels: ['C2'] }),
      field('crmId', { identity: { namespace: 'CRMID', isPrimary: true } }),
    ];
    const found = (text: string) => foundFields(fields, text).map(({ path }) => path);
    expect(found(' full ')).toEqual(['person', 'person.name']);
    expect(found('c2')).toEqual(['loyalty', 'loyalty.tier']);
    expect(found('crmid')).toEqual(['crmId']);
    expect([found('').length, found('nothing')]).toEqual([5, []]);
  });

  it('take from an address what is a filter, and nothing else', () => {
    expect(readRejectedFilter({ dataset: 'customers', reason: 'malformed', more: 'x' })).toEqual({
      dataset: 'customers',
      reason: 'malformed',
    });
    expect(readRejectedFilter({ dataset: '<img src=x>', batch: 5, reason: '' })).toEqual({});
  });

  it('send a file in parts that follow each other, none of which is more than a request carries', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 * PART_BYTES }), (size) => {
        const parts = partsOf(size);
        expect(parts[0]!.start).toBe(0);
        expect(parts.at(-1)!.end).toBe(size);
        for (const [i, { start, end }] of parts.entries()) {
          expect(end - start).toBeLessThanOrEqual(PART_BYTES);
          expect(start).toBe(parts[i - 1]?.end ?? 0);
        }
      }),
      runs(1, 100),
    );
    const names = ['a.CSV', 'b.tsv.gz', 'c.ndjson', 'd.json.zst', 'e.parquet', 'f.xlsx', 'csv'];
    expect(names.map(formatOf)).toEqual(['csv', 'csv', 'json', 'json', 'parquet', undefined, undefined]);
  });
});
