import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '#core/ingestion/batch/chunk.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { damaged, jsonText } from '#tests/harness/core/damaged-texts.ts';
import { piecemeal } from '#tests/harness/core/decode.ts';
import { chunksOrRejection, decodeChunks } from '#tests/harness/core/in-chunks.ts';
import { runs } from '#tests/harness/runs.ts';

const whole = ({ size }: ByteSource): Chunk => ({ index: 0, start: 0, end: size, firstRow: 1 });

describe('the chunks of an array, or of values over several lines', () => {
  it('hold what the file holds as one: the records, their numbers, and what is wrong around them, said once', async () => {
    let inChunks = 0;
    await fc.assert(
      fc.asyncProperty(
        damaged(jsonText),
        fc.nat(60),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, targetBytes, block) => {
          const source = piecemeal('data.json', bytes, block);
          const plan = await chunksOrRejection(source, { targetBytes });
          if ('code' in plan) return;
          if (plan.format === 'json' && plan.chunks.length > 1) inChunks++;
          expect(await decodeChunks(source, plan, plan.chunks)).toEqual(
            await decodeChunks(source, plan, [whole(source)]),
          );
        },
      ),
      runs(10, 2_000),
    );
    expect(inChunks).toBeGreaterThan(500);
  });

  it('cover the file exactly once, with the numbers and counts their records have', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(jsonText), fc.nat(60), async (bytes, targetBytes) => {
        const source = piecemeal('data.json', bytes, 7);
        const plan = await chunksOrRejection(source, { targetBytes });
        if ('code' in plan) return;
        let at = 0;
        let row = 1;
        for (const [i, chunk] of plan.chunks.entries()) {
          const { records } = await decodeChunks(source, plan, [chunk]);
          expect({ index: i, start: at, firstRow: row, rows: records.length }).toMatchObject({
            index: chunk.index,
            start: chunk.start,
            firstRow: chunk.firstRow,
            rows: chunk.rows,
          });
          at = chunk.end;
          row += records.length;
        }
        if (plan.chunks.length > 0) expect(at).toBe(bytes.length);
      }),
      runs(2.5, 500),
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
    const { format, chunks } = await listChunks(piecemeal('data.json', array, 64), { targetBytes: 100 });
    expect(format).toBe('json');
    expect(chunks.length).toBeGreaterThan(10);
    expect(Math.max(...chunks.map(({ start, end }) => end - start))).toBeLessThan(200);
  });
});
