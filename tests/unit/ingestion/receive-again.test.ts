import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/keep.ts';
import { receiveAgain, receiveMended } from '#core/pipeline/quarantine/receive-again.ts';
import type { Refusal } from '#core/record/record.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

/** The second row of a Parquet file can't be read: its number is infinite. */
async function unreadable(): Promise<{ row: QuarantineRow; refusal: Refusal }> {
  const columnData = [
    { name: '_id', data: ['one', 'two'] },
    { name: 'total', data: [1.5, Number.POSITIVE_INFINITY] },
  ];
  const file = bytesSource('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
  const record = (await decodeFile(file, 1)).records[1]!;
  const { position, raw, refusal } = record;
  const arrival = { datasetId: 'web-events', receivedAt: 1, tie: '1', format: 'parquet' as const };
  return { row: { ...arrival, position, raw: raw!, refusals: [refusal!] }, refusal: refusal! };
}

describe('a row of Parquet that could not be read', () => {
  it('says which column it is', async () => {
    const { refusal } = await unreadable();
    expect(refusal).toMatchObject({ code: 'malformed', message: 'A number is infinite', column: 'total' });
  });

  it('is refused again, since what was kept of it lacks what was wrong', async () => {
    const { row, refusal } = await unreadable();
    const catalog = compileCatalog(await exampleDefinitions());
    expect(receiveAgain(row, catalog)).toMatchObject({ refusal });
  });

  it('is looked at anew once people have mended it', async () => {
    const { row } = await unreadable();
    const catalog = compileCatalog(await exampleDefinitions());
    const received = receiveMended(row, '{"_id":"two","total":3}', catalog);
    expect(received.refusal).toBeUndefined();
    expect(received.entity).toEqual({ _id: 'two', total: 3 });
  });
});
