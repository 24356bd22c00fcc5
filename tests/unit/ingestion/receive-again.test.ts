import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { receiveRow, validate } from '#core/pipeline/process.ts';
import { receiveAgain, receiveCorrected } from '#core/pipeline/quarantine/receive-again.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';
import type { Rejection } from '#core/record/record.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

/** The second row of a Parquet file can't be read: its number is infinite. */
async function unreadable(): Promise<{ row: QuarantineRow; rejection: Rejection }> {
  const columnData = [
    { name: '_id', data: ['one', 'two'] },
    { name: 'total', data: [1.5, Number.POSITIVE_INFINITY] },
  ];
  const file = bytesSource('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
  const record = (await decodeFile(file, 1)).records[1]!;
  const { position, raw, rejection } = record;
  const ingestionId = { datasetId: 'web-events', receivedAt: 1, tieBreaker: '1', format: 'parquet' as const };
  return { row: { ...ingestionId, position, raw: raw!, rejections: [rejection!] }, rejection: rejection! };
}

describe('a row of Parquet that could not be read', () => {
  it('says which column it is', async () => {
    const { rejection } = await unreadable();
    expect(rejection).toMatchObject({ code: 'malformed', message: 'A number is infinite', column: 'total' });
  });

  it('is rejected again, since what was kept of it lacks what was wrong', async () => {
    const { row, rejection } = await unreadable();
    const catalog = compileCatalog(await exampleDefinitions());
    expect(receiveAgain(row, catalog)).toMatchObject([{ rejection }]);
  });

  it('is looked at anew once people have corrected it', async () => {
    const { row } = await unreadable();
    const catalog = compileCatalog(await exampleDefinitions());
    const [received] = receiveCorrected(row, '{"_id":"two","total":3}', catalog);
    expect(received!.rejection).toBeUndefined();
    expect(received!.entity).toEqual({ _id: 'two', total: 3 });
  });
});

describe('a row of Parquet that was mapped and is rejected', () => {
  it('is kept as it came, so that it is mapped again when it is corrected or the catalog is', async () => {
    const catalog = compileCatalog(await exampleDefinitions());
    const came = { crmId: 7, tier: 'platinum', updatedAt: '2026-05-01T10:00:00Z' };
    const columnData = Object.entries(came).map(([name, value]) => ({ name, data: [value] }));
    const file = bytesSource('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    const [decoded] = (await decodeFile(file)).records;
    const dataset = catalog.datasets.get('customers')!;
    const received = receiveRow(decoded!, dataset, 'parquet', { receivedAt: 1, tieBreaker: '1' });
    const [row] = validate([received], catalog).rejected;
    expect(row!.rejections).toMatchObject([{ code: 'schema-violation', pointer: '/loyalty/tier' }]);
    expect(JSON.parse(row!.raw)).toEqual(came);
    const [corrected] = receiveCorrected(row!, JSON.stringify({ ...came, tier: 'gold' }), catalog);
    const { accepted } = validate([corrected!], catalog);
    expect(accepted[0]!.record.entity).toMatchObject({ _riverbend: { crmId: '7' }, loyalty: { tier: 'gold' } });
  });
});
