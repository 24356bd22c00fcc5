import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkList, listChunks } from '#core/ingestion/batch/list-chunks.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { unpackedSource } from '#core/ingestion/source/unpacked.ts';
import type { Rejection } from '#core/record/record.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { largeParquet } from '#tests/bench/large/parquet-file.ts';
import { csvText, damaged, jsonText, ndjsonText } from '#tests/harness/core/damaged-texts.ts';
import { piecemeal } from '#tests/harness/core/decode.ts';
import { type ChunkOutcome, chunksOrRejection, decodeChunks } from '#tests/harness/core/in-chunks.ts';
import { runs } from '#tests/harness/runs.ts';

const PREFIX = 'pieces/b/0/';

const text = fc.oneof(
  damaged(jsonText).map((bytes) => ['data.json.gz', bytes] as const),
  damaged(ndjsonText).map((bytes) => ['data.ndjson.gz', bytes] as const),
  damaged(csvText).map((bytes) => ['data.csv.gz', bytes] as const),
);

/** Packed as one member or two, as `cat` makes one of two files. */
const packed = fc.tuple(text, fc.nat(), fc.boolean()).map(([[name, bytes], place, isTwo]) => {
  const at = isTwo ? place % (bytes.length + 1) : 0;
  return [name, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at)].map((part) => gzipSync(part)))] as const;
});

/** As it is, cut off, or with other bytes somewhere. */
const gzip = fc
  .tuple(packed, fc.constantFrom('whole', 'whole', 'cut', 'overwritten'), fc.nat(), fc.nat(255))
  .map(([[name, bytes], kind, place, byte]) => {
    const at = 2 + (place % (bytes.length - 2));
    if (kind === 'cut') return [name, bytes.subarray(0, at)] as const;
    const damage = Buffer.from(bytes);
    if (kind === 'overwritten') damage[at] = byte;
    return [name, damage] as const;
  });

/** Records that hardly compress. */
function noise(format: 'json' | 'ndjson' | 'csv', seed: number): string {
  const words = Array.from({ length: 3_000 }, (_, n) => hash('md5', `${seed}|${n}`));
  if (format === 'csv') return `id,word\n${words.map((word, n) => `${n},${word}`).join('\n')}`;
  const values = words.map((word) => JSON.stringify({ word }));
  return format === 'json' ? `[${values.join(',\n')}]` : values.join('\n');
}

/** A gzip as it is read as one, and cut up. */
async function both(source: ByteSource, targetBytes: number) {
  const store = createMemoryObjectStore();
  const cut = await chunksOrRejection(source, { targetBytes, workspace: { store, prefix: PREFIX } });
  const one = await chunksOrRejection(source, { targetBytes });
  const outcome = (plan: ChunkList | Rejection): Promise<ChunkOutcome> | Rejection => {
    if ('code' in plan) return plan;
    const from = plan.unpacked ? unpackedSource(store, source.name, plan.unpacked) : source;
    return decodeChunks(from, plan, plan.chunks);
  };
  return { store, cut, inChunks: await outcome(cut), asOne: await outcome(one) };
}

describe('the chunks of a gzip', () => {
  it('hold what it holds as one: records, numbers, and what was read before the damage, said once', async () => {
    let inChunks = 0;
    const tries = runs(2, 250);
    await fc.assert(
      fc.asyncProperty(gzip, fc.nat(60), fc.integer({ min: 1, max: 60 }), async ([name, bytes], targetBytes, block) => {
        const found = await both(piecemeal(name, bytes, block), targetBytes);
        if ('chunks' in found.cut && found.cut.chunks.length > 1) inChunks++;
        expect(found.inChunks).toEqual(found.asOne);
      }),
      tries,
    );
    expect(inChunks).toBeGreaterThan(tries.numRuns / 8);
  });

  it('hold what came before a damage in the middle, and say once that there is one', async () => {
    let broken = 0;
    const tries = runs(0.2, 20);
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom('json', 'ndjson', 'csv'),
        fc.integer({ min: 2_000, max: 40_000 }),
        fc.boolean(),
        fc.nat(),
        async (seed, format, targetBytes, isCut, place) => {
          const bytes = gzipSync(noise(format, seed));
          const at = 20 + (place % (bytes.length - 40));
          const damage = isCut ? bytes.subarray(0, at) : bytes.fill(0xff, at, at + 20);
          const { cut, inChunks, asOne } = await both(piecemeal(`data.${format}.gz`, damage, 10_000), targetBytes);
          expect(inChunks).toEqual(asOne);
          if (!('chunks' in cut) || !('rejections' in inChunks)) return;
          // What is unpacked before the damage is noticed may be no JSON any more.
          expect(inChunks.rejections).toHaveLength(1);
          if (cut.chunks.length > 1 && cut.chunks.at(-1)!.broken) broken++;
        },
      ),
      tries,
    );
    expect(broken).toBeGreaterThan(tries.numRuns / 6);
  });

  it('are found again in the same pieces when it is unpacked once more', async () => {
    await fc.assert(
      fc.asyncProperty(gzip, fc.nat(60), async ([name, bytes], targetBytes) => {
        const contents = async () => {
          const { store, cut } = await both(piecemeal(name, bytes, 9), targetBytes);
          const keys = await Array.fromAsync(store.list(''));
          return [cut, await Promise.all(keys.map(async (key) => [key, await store.get(key)]))];
        };
        expect(await contents()).toEqual(await contents());
      }),
    );
  });

  it('are one, and nothing is laid down, where the gzip is no larger than a chunk', async () => {
    const lines = Buffer.from('{"a":1}\n'.repeat(100));
    const source = piecemeal('data.ndjson.gz', gzipSync(lines), 64);
    const store = createMemoryObjectStore();
    const workspace = { store, prefix: PREFIX };
    const small = await listChunks(source, { targetBytes: lines.length, workspace });
    expect(small).toEqual({
      format: 'ndjson',
      gzip: true,
      chunks: [{ index: 0, start: 0, end: source.size, firstRow: 1 }],
    });
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    const larger = await listChunks(source, { targetBytes: lines.length - 1, workspace });
    expect(larger.unpacked).toEqual({ prefix: PREFIX, size: lines.length, blockBytes: 399 });
    expect(await Array.fromAsync(store.list(''))).toHaveLength(3);
  });

  it('are several where there are very many rows, however small', async () => {
    const rows = 150_000;
    const { cut, inChunks, asOne } = await both(piecemeal('data.ndjson.gz', gzipSync('1\n'.repeat(rows)), 65_536), 1e6);
    expect('chunks' in cut && cut.chunks.map(({ firstRow }) => firstRow)).toEqual([1, 131_073]);
    expect(inChunks).toEqual(asOne);
  });

  it('end where a zip bomb is known for one, with what was read before', async () => {
    const line = `${JSON.stringify({ note: 'a'.repeat(100) })}\n`;
    const bomb = gzipSync(line.repeat(300_000), { level: 9 });
    const { cut, inChunks, asOne } = await both(piecemeal('data.ndjson.gz', bomb, 65_536), 4_194_304);
    expect('chunks' in cut && cut.chunks.length).toBeGreaterThan(2);
    expect('rejections' in inChunks && inChunks.rejections.map(({ code }) => code)).toEqual(['corrupt-file']);
    expect('records' in inChunks && inChunks.records.length).toBeGreaterThan(100_000);
    expect(inChunks).toEqual(asOne);
  });

  it('say that their pieces are gone, and not that the file is bad, when these are', async () => {
    const source = piecemeal('data.ndjson.gz', gzipSync('{"a":1}\n'.repeat(100)), 64);
    const { cut, store } = await both(source, 100);
    if (!('chunks' in cut)) throw new Error(cut.message);
    await store.delete(await Array.fromAsync(store.list('')));
    const read = decodeChunks(unpackedSource(store, source.name, cut.unpacked!), cut, cut.chunks);
    await expect(read).rejects.toThrow('Block 0 of a decompressed file is gone; upload the file again');
  });

  it('of Parquet are parts of its row groups, each from the whole', async () => {
    const parquet = largeParquet({ bytes: 1, rowGroups: [{ rows: 40_000 }] });
    const source = piecemeal('data.parquet.gz', gzipSync(parquet), 65_536);
    const plain = piecemeal('data.parquet', parquet, 65_536);
    const plan = await listChunks(source, { targetBytes: 1_048_576 });
    expect(plan.chunks.length).toBeGreaterThan(2);
    expect(plan.chunks).toEqual((await listChunks(plain, { targetBytes: 1_048_576 })).chunks);
    const { records, rejections } = await decodeChunks(source, plan, plan.chunks);
    expect(rejections).toEqual([]);
    expect(records.map(({ position }) => position.row)).toEqual(Array.from({ length: 40_000 }, (_, n) => n + 1));
  });
});
