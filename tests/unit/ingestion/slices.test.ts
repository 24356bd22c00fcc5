import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { planChunks } from '#core/ingestion/batch/plan-chunks.ts';
import { readChunk, SLICE_CHARACTERS } from '#core/ingestion/batch/read-chunk.ts';
import type { ReceivedRecord } from '#core/ingestion/process.ts';
import { MAX_RECORD_BYTES } from '#core/ingestion/record.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
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
  async function slicesOf(lines: number, length: number): Promise<readonly (readonly ReceivedRecord[])[]> {
    const landing = generatedObject(FILE, lines, length, (n) => line(n, length));
    const source = (await openObject(landing, FILE))!;
    const plan = await planChunks(source, { targetBytes: Number.POSITIVE_INFINITY });
    const message: ChunkMessage = {
      batchId: 'b',
      datasetId: 'web-events',
      file: FILE,
      receivedAt: NOON,
      ...plan,
      chunk: plan.chunks[0]!,
    };
    const slices: ReceivedRecord[][] = [];
    const refusal = await readChunk(message, catalog, landing, async (slice, number) => {
      expect(number).toBe(slices.length);
      // Only what the test looks at, so that it holds no more than the function does.
      slices.push(slice.map((record) => ({ ...record, raw: record.raw?.slice(0, 40), entity: record.raw?.length })));
    });
    expect(refusal).toBeUndefined();
    return slices;
  }
  const charactersOf = (slice: readonly ReceivedRecord[]): number =>
    slice.reduce((sum, { entity }) => sum + (entity as number), 0);

  it('hold few large records at a time, and every record once', async () => {
    const slices = await slicesOf(60, 990_000);
    const most = Math.max(...slices.map(charactersOf));
    expect(most).toBeGreaterThan(990_000);
    expect(most).toBeLessThan(SLICE_CHARACTERS + MAX_RECORD_BYTES);
    expect(slices.flat().map(({ position }) => position.row)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(slices.flat().every(({ refusal }) => refusal === undefined)).toBe(true);
  });

  it('hold a thousand small ones', async () => {
    expect((await slicesOf(2_500, 400)).map((slice) => slice.length)).toEqual([1_000, 1_000, 500]);
  });

  it('are the same when the chunk is read again', async () => {
    const boundaries = async () => (await slicesOf(20, 700_000)).map((slice) => slice.map(({ tie }) => tie));
    expect(await boundaries()).toEqual(await boundaries());
  });
});
