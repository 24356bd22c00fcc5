import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
import { readChunk, SLICE_CHARACTERS } from '#core/pipeline/batch/read-chunk.ts';
import type { ReceivedRecord } from '#core/pipeline/process.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { generatedObject } from '#tests/harness/core/generated-object.ts';
import { addToCart, exampleCatalog } from '#tests/harness/platform/example.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const FILE = 'landing/web-events/a.ndjson';

/** Line `n` of a file: an event that is so many bytes long, line end included. */
function line(n: number, length: number): Buffer {
  const bare = JSON.stringify(addToCart(n, NOON, { note: '' }));
  return Buffer.from(`${bare.replace('"note":""', `"note":"${'x'.repeat(length - bare.length - 1)}"`)}\n`);
}

describe('the slices of a chunk', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    catalog = await exampleCatalog();
  });

  /** What `finish` is given, for a file of so many lines of so many bytes. */
  const groupsOf = (lines: number, length: number) =>
    groupsOfFile(
      FILE,
      generatedObject(FILE, lines, length, (n) => line(n, length)),
    );

  async function groupsOfFile(file: string, landing: ObjectStore): Promise<readonly (readonly ReceivedRecord[])[]> {
    const source = (await openObject(landing, file))!;
    const plan = await listChunks(source, { targetBytes: Number.POSITIVE_INFINITY });
    const message: ChunkMessage = {
      batchId: 'b',
      datasetId: 'web-events',
      file,
      receivedAt: NOON,
      ...plan,
      chunk: plan.chunks[0]!,
    };
    const slices: ReceivedRecord[][] = [];
    const rejection = await readChunk(message, catalog, landing, async (slice, number) => {
      expect(number).toBe(slices.length);
      // Only what the test looks at, so that it holds no more than the function does.
      const lengthOf = ({ entity }: ReceivedRecord): number => JSON.stringify(entity).length;
      slices.push(slice.map((record) => ({ ...record, raw: '', json: '', entity: lengthOf(record) })));
    });
    expect(rejection).toBeUndefined();
    return slices;
  }
  const charactersOf = (slice: readonly ReceivedRecord[]): number =>
    slice.reduce((sum, { entity }) => sum + (entity as number), 0);

  it('hold few large records at a time, and every record once', async () => {
    const slices = await groupsOf(15, 990_000);
    const most = Math.max(...slices.map(charactersOf));
    expect(most).toBeGreaterThan(990_000);
    expect(most).toBeLessThan(SLICE_CHARACTERS + MAX_RECORD_BYTES);
    expect(slices.flat().map(({ position }) => position.row)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
    expect(slices.flat().every(({ rejection }) => rejection === undefined)).toBe(true);
  });

  it('hold a thousand small ones', async () => {
    expect((await groupsOf(2_500, 400)).map((slice) => slice.length)).toEqual([1_000, 1_000, 500]);
  });

  it('hold few rows of Parquet at a time where these are large, also if their values are there only once', async () => {
    const file = FILE.replace('ndjson', 'parquet');
    const landing = createMemoryObjectStore();
    const note = 'x'.repeat(300_000);
    const columnData = [
      { name: '_id', data: Array.from({ length: 100 }, (_, n) => `e${n}`), type: 'STRING' as const },
      { name: 'note', data: Array.from({ length: 100 }, () => note), type: 'STRING' as const },
    ];
    await landing.put(file, new Uint8Array(parquetWriteBuffer({ columnData })));
    const slices = await groupsOfFile(file, landing);
    expect(Math.max(...slices.map(charactersOf))).toBeLessThan(SLICE_CHARACTERS + MAX_RECORD_BYTES);
    expect(slices.flat().map(({ position }) => position.row)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  });

  it('are the same when the chunk is read again', async () => {
    const boundaries = async () =>
      (await groupsOf(12, 700_000)).map((slice) => slice.map(({ tieBreaker }) => tieBreaker));
    expect(await boundaries()).toEqual(await boundaries());
  });
});
