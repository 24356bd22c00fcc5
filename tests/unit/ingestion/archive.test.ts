import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type QuarantineRow, readArchive, writeArchive, writeToQuarantine } from '#core/pipeline/quarantine/write.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

const headerOf = (columns: number): string[] => Array.from({ length: columns }, (_, n) => `a rather long name ${n}`);
const rowOf = (row: number, header: readonly string[] | undefined): QuarantineRow => ({
  datasetId: 'customers',
  position: { source: 'landing/customers/a.csv', row },
  receivedAt: 0,
  tieBreaker: '',
  rejections: [{ code: 'malformed', message: 'no' }],
  raw: `row ${row}`,
  ...(header ? { format: 'csv', header } : { format: 'ndjson' }),
});

describe('an object of the quarantine', () => {
  it('gives its rows back, each with the header of its file', async () => {
    const store = createMemoryObjectStore();
    const [one, another] = [headerOf(2), headerOf(3)];
    const rows = [
      rowOf(1, one),
      rowOf(2, one),
      rowOf(3, undefined),
      rowOf(4, another),
      rowOf(5, another),
      rowOf(6, one),
    ];
    await writeArchive(store, 'key', rows);
    expect(readArchive<QuarantineRow>((await store.get('key'))!)).toEqual(rows);
    await writeArchive(store, 'key', readArchive<QuarantineRow>((await store.get('key'))!));
    expect(readArchive<QuarantineRow>((await store.get('key'))!)).toEqual(rows);
  });

  it('has a wide header once, and not in each of its rows', async () => {
    const store = createMemoryObjectStore();
    const header = headerOf(2_000);
    await writeToQuarantine(
      store,
      'part',
      Array.from({ length: 1_000 }, (_, n) => rowOf(n + 1, header)),
    );
    const [key] = await Array.fromAsync(store.list(''));
    const text = gunzipSync((await store.get(key!))!).toString('utf8');
    expect(text.length).toBeLessThan(JSON.stringify(header).length + 1_000 * 300);
    expect(readArchive<QuarantineRow>((await store.get(key!))!)[999]).toEqual(rowOf(1_000, header));
  });

  it('is read without the rows that were taken out of it', async () => {
    const store = createMemoryObjectStore();
    const header = headerOf(2);
    await writeArchive(store, 'key', [rowOf(1, header), rowOf(2, header)]);
    const lines = gunzipSync((await store.get('key'))!)
      .toString('utf8')
      .split('\n');
    const rest = gzipSync(lines.filter((line) => !line.includes('row 1')).join('\n'));
    expect(readArchive<QuarantineRow>(rest)).toEqual([rowOf(2, header)]);
  });
});
