import { gzipSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';
import { PARTS_SUFFIX, parseErrorOfParts, partKey, rangesOf } from '#core/ingestion/batch/upload.ts';
import { openObject } from '#core/ingestion/source/open-object.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createS3ObjectAddresses } from '#lambdas/adapters/s3/object-addresses.ts';
import { CONNECTIONS, createBatchApi } from '#tests/harness/platform/batch-api.ts';
import { addToCart, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MEGABYTE = 1_048_576;

interface Part {
  readonly href: string;
  readonly range: string;
}

describe('a file that is too large for one request', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: CONNECTIONS });
    wiring = readWiring(templatesOf('prod'));
  });
  const api = (chunkBytes?: number) =>
    createBatchApi({ wiring, catalog, start: START, ...(chunkBytes !== undefined && { chunkBytes }) });
  const address = (id: string, query: string) => `/batches/${id}/datasets/web-events/files/large.json?${query}`;
  const content = Buffer.from(
    Array.from({ length: 40 }, (_, i) => JSON.stringify(addToCart(i, START - 1_000))).join('\n'),
  );

  it('goes in one piece to the address that its initialisation answers with', async () => {
    const { create, call, putAt, complete, announce, platform, read } = api();
    const id = await create();
    const { status, body } = await call('POST', address(id, 'action=INITIALIZE'));
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { upload: { method: 'PUT', href: expect.stringContaining(id), expires: '2026-03-01T11:00:00.000Z' } },
    });
    await putAt(body.upload.href, content);
    expect((await call('POST', address(id, 'action=COMPLETE'))).status, 'as clients say it after their parts').toBe(
      201,
    );
    await complete(id);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { inputRecordCount: 40 } });
  });

  it('goes in parts of any size, each to an address of its own, and is one file', async () => {
    const { create, call, putAt, complete, announce, platform, read } = api();
    const id = await create();
    const { body } = await call('POST', address(id, `action=INITIALIZE&size=${content.length}&partSize=1000`));
    const parts: Part[] = body.parts;
    expect(parts.length).toBe(Math.ceil(content.length / 1_000));
    for (const { href, range } of parts.toReversed()) {
      const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(range)!;
      await putAt(href, content.subarray(Number(first), Number(last) + 1));
    }
    expect((await call('POST', address(id, 'action=COMPLETE'))).status).toBe(201);
    await complete(id);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { inputRecordCount: 40 } });
  });

  it('may be a gzip in parts, beside another, and each names its own rows', async () => {
    const { create, call, putAt, complete, announce, platform, read } = api(2_000);
    const id = await create();
    const broken = Buffer.from(content.toString().replace(/"_id":"cart-29"/, '"_id":[29]'));
    for (const [name, bytes] of [
      ['one.json.gz', gzipSync(content)],
      ['two.json.gz', gzipSync(broken)],
    ] as const) {
      const file = (query: string) => address(id, query).replace('large.json', name);
      const { body } = await call('POST', file(`action=INITIALIZE&size=${bytes.length}&partSize=300`));
      const parts: Part[] = body.parts;
      expect(parts.length).toBeGreaterThan(1);
      for (const [n, { href }] of parts.entries()) await putAt(href, bytes.subarray(n * 300, (n + 1) * 300));
      expect((await call('POST', file('action=COMPLETE'))).status).toBe(201);
    }
    await complete(id);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({
      status: 'success',
      metrics: { inputRecordCount: 80, failedRecordCount: 1 },
    });
    expect((await platform.quarantined()).map(({ position }) => position)).toEqual([
      { source: expect.stringMatching(/two\.json\.gz$/), row: 30 },
    ]);
    const [batch] = await Array.fromAsync(platform.stores.operations.batches());
    expect(batch!.chunks).toBeGreaterThan(4);
    expect(await Array.fromAsync(platform.stores.landing.list(BLOCKS_PREFIX))).toEqual([]);
  });

  it('is rejected when a part is missing, or has other bytes than its range says', async () => {
    const { create, call, putAt } = api();
    const id = await create();
    const { body } = await call('POST', address(id, 'action=INITIALIZE&size=20&partSize=10'));
    const [first, second]: Part[] = body.parts;
    await putAt(first!.href, content.subarray(0, 10));
    await putAt(second!.href, content.subarray(10, 19));
    const { status, body: answer } = await call('POST', address(id, 'action=COMPLETE'));
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { detail: expect.stringContaining('begins at byte 10 has 9 bytes, not 10') },
    });
  });

  it('is not left behind when its parts were never completed, or some came after that', async () => {
    const { create, call, patch, put, complete, announce, platform, read } = api();
    const id = await create();
    await put(id, 'a.json', JSON.stringify(addToCart(100, START - 1_000)));
    const [first, second] = [content.subarray(0, 1_000), content.subarray(1_000)];
    await patch(id, 'large.json', first, 0, content.length);
    await patch(id, 'large.json', second, 1_000, content.length);
    expect(await complete(id)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/parts of file "large.json" were never completed/) },
    });
    expect((await read(id)).status).toBe('loading');
    expect((await call('POST', address(id, 'action=COMPLETE'))).status).toBe(201);
    await patch(
      id,
      'large.json',
      Buffer.from(content.toString().replaceAll('cart-', 'kart-')).subarray(0, 1_000),
      0,
      content.length,
    );
    expect(await complete(id)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/Parts of file "large.json" arrived after it was completed/) },
    });
    await patch(id, 'large.json', first, 0, content.length);
    expect((await call('POST', address(id, 'action=COMPLETE'))).status).toBe(201);
    expect((await complete(id)).status).toBe(200);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { outputRecordCount: 41 } });
  });

  it('that is sent once more after its batch is closed is answered as it was the first time', async () => {
    const { create, call, patch, put, complete } = api();
    const id = await create();
    const record = JSON.stringify(addToCart(100, START - 1_000));
    await put(id, 'a.json', record);
    await patch(id, 'large.json', content, 0, content.length);
    await call('POST', address(id, 'action=COMPLETE'));
    await complete(id);
    expect((await put(id, 'a.json', record)).status).toBe(200);
    expect((await patch(id, 'large.json', content, 0, content.length)).status).toBe(200);
    expect((await call('POST', address(id, 'action=COMPLETE'))).status).toBe(201);
    expect((await put(id, 'a.json', `${record}\n`)).status, 'another file').toBe(400);
    expect((await put(id, 'b.json', record)).status).toBe(400);
    expect((await patch(id, 'large.json', content.subarray(1), 0, content.length)).status).toBe(400);
  });

  it('that comes after the batch was completed is no part of it, however often that is said', async () => {
    const { create, call, put, putAt, complete, announce, platform, read } = api();
    const id = await create();
    const { href } = (await call('POST', address(id, 'action=INITIALIZE'))).body.upload;
    await put(id, 'a.json', JSON.stringify(addToCart(100, START - 1_000)));
    await complete(id);
    await announce(id);
    await putAt(href, content);
    expect((await complete(id)).status).toBe(200);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { inputRecordCount: 1 } });
  });

  it('that failed is read where it lies', async () => {
    const { create, call, putAt, complete, announce, platform } = api();
    const id = await create();
    const { href } = (await call('POST', address(id, 'action=INITIALIZE'))).body.upload;
    await putAt(href, Buffer.from('{"_id":"x","filler":"............................"}\n'.repeat(100_000)));
    await complete(id);
    await announce(id);
    await platform.poller.run();
    const { status, headers } = await call('GET', `/batches/${id}/failed?path=large.json`);
    expect({ status, headers }).toMatchObject({ status: 307, headers: { location: href } });
  });

  it.each(['size=0', 'size=ten', 'size=10&partSize=0', 'size=10&partSize=6000000000', 'size=5000&partSize=1'])(
    'is rejected with %s',
    async (query) => {
      const { create, call } = api();
      const { status, body } = await call('POST', address(await create(), `action=INITIALIZE&${query}`));
      expect({ status, body }).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/size: /i) } });
    },
  );

  it('has ranges without gap and overlap, whatever its size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 * 2 ** 40 }),
        fc.integer({ min: 1, max: 5 * 2 ** 30 }),
        (size, partSize) => {
          const ranges = rangesOf(String(size), String(partSize));
          if (typeof ranges === 'string') {
            expect(size / partSize).toBeGreaterThan(1_000);
            return;
          }
          expect(parseErrorOfParts(ranges)).toBeUndefined();
          expect(ranges.at(-1)!.end).toBe(size);
        },
      ),
    );
  });

  it('is read in pieces, however large its parts are', async () => {
    const memory = createMemoryObjectStore();
    const asked: number[] = [];
    const store = {
      ...memory,
      get: (key: string, range?: { start: number; end: number }) => {
        if (range) asked.push(range.end - range.start);
        return memory.get(key, range);
      },
    };
    const file = 'uploads/b/files/large.json';
    const sizes = [9 * MEGABYTE, 7 * MEGABYTE + 3];
    const keys: string[] = [];
    for (const [i, size] of sizes.entries()) {
      const start = i === 0 ? 0 : sizes[0]!;
      keys.push(partKey(file, { start, end: start + size }));
      await memory.put(keys[i]!, new Uint8Array(size).fill(i + 1));
    }
    await memory.put(`${file}${PARTS_SUFFIX}`, JSON.stringify(keys));
    const source = (await openObject(store, `${file}${PARTS_SUFFIX}`))!;
    let [length, sum] = [0, 0];
    for await (const block of source.stream()) {
      length += block.length;
      for (const byte of block) sum += byte;
    }
    expect([length, sum]).toEqual([sizes[0]! + sizes[1]!, sizes[0]! + 2 * sizes[1]!]);
    expect(Math.max(...asked)).toBeLessThanOrEqual(4 * MEGABYTE);
    const border = await source.read(sizes[0]! - 2, sizes[0]! + 2);
    expect([...border]).toEqual([1, 1, 2, 2]);
  });
});

describe('an address of S3', () => {
  const client = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const addresses = createS3ObjectAddresses(client, 'the-landing', () => START);

  it('takes one object, once, for an hour, and wants no checksum of bytes that are not known yet', async () => {
    const { method, href, headers, expiresAt } = await addresses.forWriting('uploads/b/files/a.json');
    const url = new URL(href);
    expect([method, headers, expiresAt]).toEqual(['PUT', { 'if-none-match': '*' }, START + 3_600_000]);
    expect(url.host + url.pathname).toBe('the-landing.s3.eu-central-1.amazonaws.com/uploads/b/files/a.json');
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;if-none-match');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('3600');
    expect(href).not.toMatch(/checksum/i);
  });

  it('reads another for as long', async () => {
    const { method, href, headers } = await addresses.forReading('uploads/b/files/a.json');
    expect([method, headers]).toEqual(['GET', {}]);
    expect(new URL(href).searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  });
});
