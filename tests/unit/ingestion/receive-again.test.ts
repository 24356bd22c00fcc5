import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
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
