import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import type { FileRejectedError, Rejection } from '#core/record/record.ts';
import { piecemeal, recordsOf } from '#tests/harness/core/decode.ts';

const LINE_ENDS = ['\n', '\r\n', '\n\n', '\n  \r\n'] as const;
const lineEnd = fc.constantFrom(...LINE_ENDS);
const tail = fc.constantFrom('', ...LINE_ENDS);

/** A text in lines, some of them broken, with all sorts of line ends between them. */
const ndjson = fc
  .array(fc.tuple(fc.constantFrom('{"a":1}', '{"a":"ü"}', '{"a":', 'x', '[1,"]"]'), lineEnd), { minLength: 1 })
  .chain((lines) => tail.map((end) => lines.map(([line, eol]) => line + eol).join('') + end));

const field = fc.constantFrom('1', '', '"a,b"', '"two\nlines"', '"crlf\r\n"', '"say ""hi"""', 'ü', '5" pipe', '"x"y');
const csv = fc
  .array(fc.tuple(fc.array(field, { minLength: 1, maxLength: 3 }), fc.constantFrom('\n', '\r\n', '\r')), {
    minLength: 1,
  })
  .map((rows) => `id,a,b\n${rows.map(([fields, end]) => `x${fields.join(',')}${end}`).join('')}`);

const file = fc.oneof(
  ndjson.map((text) => ['data.ndjson', text] as const),
  csv.map((text) => ['data.csv', text] as const),
);

/** All that is known of a file's records, chunk by chunk. */
async function decodeBy(source: ByteSource, targetBytes: number) {
  const plan = await listChunks(source, { targetBytes });
  const chunks = [];
  for (const chunk of plan.chunks) {
    const records = [];
    // A chunk is read by itself, as by another worker.
    const travelled = JSON.parse(JSON.stringify(chunk)) as typeof chunk;
    let rejection: Rejection | undefined;
    try {
      for await (const record of recordsOf(source, plan, travelled)) records.push(record);
    } catch (error) {
      // A quote that is never closed takes the rest of the file with it.
      rejection = (error as FileRejectedError).rejection;
      if (!rejection) throw error;
    }
    chunks.push({ chunk, records, rejection });
  }
  return chunks;
}

describe('the chunks of a file', () => {
  it('cover it exactly once, with the numbers and counts their records have', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(200), fc.integer({ min: 1, max: 50 }), async ([name, text], targetBytes, block) => {
        const bytes = Buffer.from(text);
        const decoded = await decodeBy(piecemeal(name, bytes, block), targetBytes);
        expect(decoded[0]!.chunk.start).toBe(0);
        expect(decoded.at(-1)!.chunk.end).toBe(bytes.length);
        let row = 1;
        for (const [i, { chunk, records }] of decoded.entries()) {
          expect(chunk.index).toBe(i);
          expect(chunk.end).toBe(decoded[i + 1]?.chunk.start ?? bytes.length);
          expect(chunk.firstRow).toBe(row);
          expect(records.map(({ position }) => position.row)).toEqual(records.map((_, n) => row + n));
          expect(chunk.rows).toBe(records.length);
          row += records.length;
        }
      }),
    );
  });

  it('hold the same records, accepted and rejected, wherever they are cut and however they are read', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(200), fc.integer({ min: 1, max: 50 }), async ([name, text], targetBytes, block) => {
        const bytes = Buffer.from(text);
        const all = async (target: number, size: number) =>
          (await decodeBy(piecemeal(name, bytes, size), target)).flatMap(({ records, rejection }) => [
            ...records,
            ...(rejection ? [rejection] : []),
          ]);
        expect(await all(targetBytes, block)).toEqual(await all(1_000_000, bytes.length));
      }),
    );
  });

  it('are not of more rows than a worker can stitch in its time, however small these are', async () => {
    const bytes = Buffer.from(`id\n${'1\n'.repeat(300_000)}`);
    const { chunks } = await listChunks(piecemeal('data.csv', bytes, 65_536), { targetBytes: 8_388_608 });
    expect(chunks.map(({ rows }) => rows)).toEqual([131_072, 131_072, 37_856]);
  });
});
