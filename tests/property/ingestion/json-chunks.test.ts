import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, type ChunkPlan, planChunks } from '#core/ingestion/batch/plan-chunks.ts';
import { type DecodedRecord, FileRefusedError, type Refusal } from '#core/ingestion/record.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { damaged, jsonText } from '#tests/harness/core/damaged-texts.ts';
import { piecemeal, recordsOf } from '#tests/harness/core/decode.ts';

interface Outcome {
  readonly records: readonly DecodedRecord[];
  /** Why the rest was not read, each time that it was said. */
  readonly refusals: readonly Refusal[];
}

async function decodeAll(source: ByteSource, plan: ChunkPlan, chunks: readonly Chunk[]): Promise<Outcome> {
  const records: DecodedRecord[] = [];
  const refusals: Refusal[] = [];
  for (const chunk of chunks) {
    try {
      // A chunk is read by itself, as by another worker.
      const travelled = JSON.parse(JSON.stringify(chunk)) as Chunk;
      for await (const record of recordsOf(source, plan, travelled)) records.push(record);
    } catch (error) {
      if (!(error instanceof FileRefusedError)) throw error;
      refusals.push(error.refusal);
    }
  }
  return { records, refusals };
}

const whole = ({ size }: ByteSource): Chunk => ({ index: 0, start: 0, end: size, firstRow: 1 });

/** The plan of a file; undefined where nothing in it can be used. */
async function planOf(source: ByteSource, targetBytes: number): Promise<ChunkPlan | undefined> {
  try {
    return await planChunks(source, { targetBytes });
  } catch (error) {
    if (error instanceof FileRefusedError) return undefined;
    throw error;
  }
}

describe('the chunks of an array, or of values over several lines', () => {
  it('hold what the file holds as one: the records, their numbers, and what is wrong around them, said once', async () => {
    let inChunks = 0;
    await fc.assert(
      fc.asyncProperty(
        damaged(jsonText),
        fc.nat(60),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, targetBytes, piece) => {
          const source = piecemeal('data.json', bytes, piece);
          const plan = await planOf(source, targetBytes);
          if (!plan) return;
          if (plan.format === 'json' && plan.chunks.length > 1) inChunks++;
          expect(await decodeAll(source, plan, plan.chunks)).toEqual(await decodeAll(source, plan, [whole(source)]));
        },
      ),
      { numRuns: 2_000 },
    );
    expect(inChunks).toBeGreaterThan(500);
  });

  it('cover the file exactly once, with the numbers and counts their records have', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(jsonText), fc.nat(60), async (bytes, targetBytes) => {
        const source = piecemeal('data.json', bytes, 7);
        const plan = await planOf(source, targetBytes);
        if (!plan) return;
        let at = 0;
        let row = 1;
        for (const [i, chunk] of plan.chunks.entries()) {
          const { records } = await decodeAll(source, plan, [chunk]);
          expect({ index: i, start: at, firstRow: row, rows: records.length }).toMatchObject({
            index: chunk.index,
            start: chunk.start,
            firstRow: chunk.firstRow,
            rows: chunk.rows,
          });
          at = chunk.end;
          row += records.length;
        }
        expect(at).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  it('are many where the array is large', async () => {
    const array = Buffer.from(
      JSON.stringify(
        Array.from({ length: 100 }, (_, n) => ({ n })),
        undefined,
        1,
      ),
    );
    const { format, chunks } = await planChunks(piecemeal('data.json', array, 64), { targetBytes: 100 });
    expect(format).toBe('json');
    expect(chunks.length).toBeGreaterThan(10);
    expect(Math.max(...chunks.map(({ start, end }) => end - start))).toBeLessThan(200);
  });
});
