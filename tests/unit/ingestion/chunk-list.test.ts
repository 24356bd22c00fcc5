import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChunkList, writeChunkList } from '#core/ingestion/batch/chunk-list.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { chunkListKey } from '#core/ingestion/landing.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

const message = (index: number, header: readonly string[] | undefined): ChunkMessage => ({
  batchId: 'b',
  datasetId: 'customers',
  file: 'landing/customers/a.csv',
  receivedAt: 0,
  format: 'csv',
  gzip: false,
  chunk: { index, start: index, end: index + 1, firstRow: 1, ...(header && { header }) },
});

describe('the plan of a file', () => {
  it('gives all chunks back as they were, whatever headers the files of the batch have', async () => {
    const headers = [undefined, ['a', 'b'], ['a', 'b'], ['c\n"']];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...headers), { minLength: 2, maxLength: 12 }), async (chosen) => {
        const landing = createMemoryObjectStore();
        const messages = chosen.map((header, index) => message(index, header));
        await writeChunkList(landing, messages);
        expect(await readChunkList(landing, messages[0]!, messages.length)).toEqual(messages);
      }),
    );
  });

  it('has a wide header once, and not for each of thousands of chunks', async () => {
    const landing = createMemoryObjectStore();
    const header = Array.from({ length: 5_000 }, (_, n) => `column ${n}`);
    await writeChunkList(
      landing,
      Array.from({ length: 2_000 }, (_, index) => message(index, header)),
    );
    const text = gunzipSync((await landing.get(chunkListKey('b')))!).toString('utf8');
    expect(text.length).toBeLessThan(JSON.stringify(header).length + 2_000 * 300);
  });
});
