import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { CONNECTIONS, createBatchApi, KEY } from '#tests/harness/platform/batch-api.ts';
import { addToCart, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const carts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => JSON.stringify(addToCart(from + i, START - 1_000)));

describe('the batch API', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: CONNECTIONS });
    wiring = readWiring(templatesOf('prod'));
  });

  const withApi = () => createBatchApi({ wiring, catalog, start: START });

  it('takes the files of a batch as one, once it is complete, and tells how it went', async () => {
    const { platform, create, put, complete, read, announce, call } = withApi();
    const id = await create();
    expect(await read(id)).toMatchObject({
      id,
      status: 'loading',
      relatedObjects: [{ type: 'dataSet', id: 'web-events' }],
    });
    expect((await put(id, 'one.json', carts(0, 60).join('\n'))).status).toBe(200);
    expect((await put(id, 'two', [...carts(60, 119), '{"_id":'].join('\n'))).status).toBe(200);
    await platform.poller.run();
    expect(await Array.fromAsync(platform.stores.landing.list('landing/')), 'nothing before it is complete').toEqual(
      [],
    );
    for (const _ of [1, 2]) expect((await complete(id)).status).toBe(200);
    expect((await read(id)).status).toBe('loaded');
    await announce(id, 'web-events', 2);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({
      status: 'success',
      metrics: { inputRecordCount: 120, outputRecordCount: 119, failedRecordCount: 1 },
      errors: [{ code: 'INGEST-1212-400' }, { code: 'INGEST-1401-400', description: 'malformed', recordCount: 1 }],
    });
    expect(await Array.fromAsync(platform.stores.operations.batches())).toHaveLength(1);

    const listed = await call('GET', `/data/foundation/export/batches/${id}/meta?path=row_errors`);
    expect(listed.body).toMatchObject({ data: [{ name: 'parsing_errors_0.json' }], _page: { count: 1 } });
    const { text } = await call('GET', `/batches/${id}/meta?path=row_errors%2Fparsing_errors_0.json`);
    expect(JSON.parse(text)).toMatchObject({
      _corrupt_record: '{"_id":',
      _errors: [{ code: 'INGEST-1401-400', message: expect.stringContaining('ends too early') }],
      _row: 60,
    });
    const inputs = await call('GET', `/batches/${id}/meta?path=input_files`);
    expect(inputs.body.data.map(({ name }: { name: string }) => name)).toEqual(['fileMetaData1.json']);
  });

  it('fails all files of a batch together, by the threshold that it was created with', async () => {
    for (const [partialIngestionPercentage, status] of [
      [9, 'failed'],
      [10, 'success'],
    ] as const) {
      const { platform, create, put, complete, read, announce } = withApi();
      const id = await create('web-events', 'json', { partialIngestionPercentage });
      await put(id, 'good.json', carts(0, 80).join('\n'));
      await put(id, 'bad.json', [...carts(80, 90), ...Array(10).fill('{')].join('\n'));
      await complete(id);
      await announce(id);
      await platform.poller.run();
      const [outputRecordCount, failedRecordCount] = status === 'failed' ? [0, 100] : [90, 10];
      expect(await read(id)).toMatchObject({
        status,
        metrics: { inputRecordCount: 100, outputRecordCount, failedRecordCount },
      });
      let items = 0;
      for await (const _ of platform.stores.profiles.scan()) items++;
      expect(items > 0).toBe(status === 'success');
    }
  });

  it('takes a batch of which some files are empty, or all', async () => {
    for (const [content, outputRecordCount] of [
      [carts(0, 20).join('\n'), 20],
      ['', 0],
    ] as const) {
      const { platform, create, put, complete, read, announce } = withApi();
      const id = await create();
      await put(id, 'part-0.json', '\n');
      await put(id, 'part-1.json', content);
      await complete(id);
      await announce(id);
      await platform.poller.run();
      expect(await read(id)).toMatchObject({ status: 'success', metrics: { outputRecordCount, failedRecordCount: 0 } });
    }
  });

  it('takes CSV as its client says that it is written, and rejects a file that lacks a column', async () => {
    const { platform, call, put, complete, read, announce } = withApi();
    const create = async (format: object): Promise<string> => {
      const made = await call('POST', '/batches', {
        datasetId: 'customers',
        inputFormat: { format: 'csv', ...format },
      });
      return (made.body as { id: string }).id;
    };
    const file = "crmId;email;tier;a,b;updatedAt\nRB-1;ann@example.com;gold;'1;\\'2';2026-01-01T00:00:00Z\n";
    const ids = [await create({ delimiter: ';', quote: "'", escape: '\\' }), await create({}), await create({})];
    for (const [n, content] of [file, file, file.replace('tier', 'Tier')].entries()) {
      await put(ids[n]!, 'a.csv', content, 'customers');
      await complete(ids[n]!);
      await announce(ids[n]!, 'customers');
      await platform.poller.run();
    }
    const [given, found, renamed] = [await read(ids[0]!), await read(ids[1]!), await read(ids[2]!)];
    expect(given).toMatchObject({ status: 'success', metrics: { outputRecordCount: 1 } });
    expect(given).not.toHaveProperty('detected');
    expect(found).toMatchObject({ status: 'failed' });
    expect(renamed).toMatchObject({ status: 'failed', errors: [{ description: expect.stringMatching(/"Tier"/) }, {}] });
  });

  it('does not let a batch without a record take the place of another', async () => {
    const { platform, call, create, put, complete, read, announce } = withApi();
    const first = await create();
    await put(first, 'a.json', carts(0, 3).join('\n'));
    await complete(first);
    await announce(first);
    await platform.poller.run();
    const replay = { predecessors: [first], reason: 'replace' };
    const made = await call('POST', '/batches', { datasetId: 'web-events', inputFormat: { format: 'json' }, replay });
    const { id } = made.body as { id: string };
    await put(id, 'a.json', '\n');
    await complete(id);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'failed', errors: [{ code: 'empty-file' }, {}] });
    expect(await read(first)).toMatchObject({ status: 'success' });
  });

  it('makes a file of parts that come in any order, wherever they are cut', async () => {
    const content = Buffer.from(carts(0, 40).join('\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 6 }),
        fc.integer(),
        async (cuts, turn) => {
          const { platform, call, create, patch, complete, read, announce } = withApi();
          const id = await create();
          const address = `/batches/${id}/datasets/web-events/files/large.json`;
          expect((await call('POST', `${address}?action=INITIALIZE`)).status).toBe(201);
          const edges = [0, ...cuts.sort((x, y) => x - y), content.length];
          const parts = edges.slice(1).map((end, i) => ({ start: edges[i]!, end }));
          for (let i = 0; i < parts.length; i++) {
            const { start, end } = parts[(i + Math.abs(turn)) % parts.length]!;
            expect((await patch(id, 'large.json', content.subarray(start, end), start, content.length)).status).toBe(
              200,
            );
          }
          expect((await call('POST', `${address}?action=COMPLETE`)).status).toBe(201);
          await complete(id);
          await announce(id);
          await platform.poller.run();
          expect(await read(id)).toMatchObject({ status: 'success', metrics: { outputRecordCount: 40 } });
        },
      ),
      runs(0.07, 15),
    );
  });

  it('rejects parts with a gap or an overlap between them', async () => {
    const { call, create, patch } = withApi();
    const bytes = Buffer.from('0123456789');
    for (const second of [4, 2]) {
      const id = await create();
      await patch(id, 'file.json', bytes.subarray(0, 3), 0, 10);
      await patch(id, 'file.json', bytes.subarray(second), second, 10);
      const { status, body } = await call('POST', `/batches/${id}/datasets/web-events/files/file.json?action=COMPLETE`);
      expect(status).toBe(400);
      expect(body.detail).toMatch(second === 4 ? /bytes 3 to 3 are missing/ : /byte 2 overlaps/);
    }
  });

  it('rejects a file whose last part is missing, or whose parts are of files of different sizes', async () => {
    const { call, create, patch, putAt } = withApi();
    const bytes = Buffer.from('0123456789');
    const complete = (id: string) => call('POST', `/batches/${id}/datasets/web-events/files/file.json?action=COMPLETE`);
    const [short, mixed, addressed] = [await create(), await create(), await create()];
    await patch(short, 'file.json', bytes.subarray(0, 6), 0, 10);
    expect(await complete(short)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/bytes 6 to 9/) },
    });
    await patch(mixed, 'file.json', bytes.subarray(0, 6), 0, 10);
    await patch(mixed, 'file.json', bytes.subarray(6), 6, 11);
    expect(await complete(mixed)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/10 and 11/) } });
    const file = `/batches/${addressed}/datasets/web-events/files/file.json`;
    const { parts } = (await call('POST', `${file}?action=INITIALIZE&size=10&partSize=5`)).body;
    await putAt(parts[0].href, bytes.subarray(0, 5));
    expect((await complete(addressed)).status, 'also where S3 takes the parts').toBe(400);
    await putAt(parts[1].href, bytes.subarray(5));
    expect((await complete(addressed)).status).toBe(201);
  });

  it.each(['bytes 0-9/9', 'bytes 3-2/10', 'bytes 0-8/20', 'bytes 0-9/10/10', 'bytes 5-14/10', '0-9', 'items 0-9/10'])(
    'rejects ten bytes with the range "%s"',
    async (range) => {
      const { call, create } = withApi();
      const headers = { 'x-api-key': KEY, 'content-range': range };
      const address = `/batches/${await create()}/datasets/web-events/files/a.json`;
      expect((await call('PATCH', address, Buffer.alloc(10), headers)).status).toBe(400);
    },
  );

  it('takes a part twice, the second in place of the first', async () => {
    const { platform, call, create, patch, complete, read, announce } = withApi();
    const id = await create();
    const bytes = Buffer.from(carts(0, 2).join('\n'));
    await patch(id, 'a.json', Buffer.alloc(50, 'x'), 0, bytes.length);
    await patch(id, 'a.json', bytes.subarray(50), 50, bytes.length);
    await patch(id, 'a.json', bytes.subarray(0, 50), 0, bytes.length);
    expect((await call('POST', `/batches/${id}/datasets/web-events/files/a.json?action=COMPLETE`)).status).toBe(201);
    await complete(id);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { outputRecordCount: 2 } });
  });

  it('calls files what clients call them, and keeps them apart and below their batch', async () => {
    const { platform, call, create, put, complete, read, announce } = withApi();
    const names = [
      'a b.json',
      'a%20b.json',
      'übung/文件.json',
      '../../batch.json',
      '..',
      '../',
      'c.json/',
      '%2e%2e/x',
      '?#&.json',
    ];
    const id = await create();
    for (const [i, name] of names.entries())
      expect((await put(id, encodeURIComponent(name), carts(i, i + 1)[0]!)).status).toBe(200);
    const { body } = await call('GET', `/batches/${id}/meta?path=input_files`);
    const list = await call('GET', body.data[0]._links.self.href.slice('https://batches.example'.length));
    const lastRouted = list.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).path);
    const suffixed = names.map((name) => (name.endsWith('.json') ? name : `${name}.json`));
    expect(lastRouted.sort()).toEqual(suffixed.sort());
    for await (const key of platform.stores.landing.list('')) expect(key).toMatch(/^uploads(-by-time)?\//);
    await complete(id);
    await announce(id);
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { outputRecordCount: names.length } });
    const long = await put(await create(), 'x'.repeat(1_000), '{}');
    expect(long).toMatchObject({ status: 400, body: { detail: expect.stringContaining('name') } });
  });

  it('takes CSV by the mapping of its dataset', async () => {
    const { platform, create, put, complete, read, announce } = withApi();
    const id = await create('customers', 'csv');
    const rows = [
      'crmId,email,tier,updatedAt',
      'RB-1,ann@example.com,,2026-01-01T00:00:00Z',
      'RB-2,,,2026-01-02T00:00:00Z',
    ];
    await put(id, 'crm', rows.join('\n'), 'customers');
    await complete(id);
    await announce(id, 'customers');
    await platform.poller.run();
    expect(await read(id)).toMatchObject({ status: 'success', metrics: { inputRecordCount: 2, outputRecordCount: 2 } });
  });

  it.each<[string, number, string, string, object?, Record<string, string>?]>([
    ['no key', 401, 'POST', '/batches', {}, {}],
    ['a wrong key', 401, 'POST', '/batches', {}, { 'x-api-key': 'wrong' }],
    ['a dataset of somebody else', 403, 'POST', '/batches', { datasetId: 'logins', inputFormat: { format: 'json' } }],
    ['an unknown dataset', 400, 'POST', '/batches', { datasetId: 'nothing', inputFormat: { format: 'json' } }],
    ['an unknown format', 400, 'POST', '/batches', { datasetId: 'web-events', inputFormat: { format: 'xml' } }],
    ['no body', 400, 'POST', '/batches'],
    ['an unknown batch', 404, 'GET', '/batches/unknown'],
    ['another address', 404, 'GET', '/elsewhere'],
    ['another method', 405, 'PATCH', '/batches'],
    ['a batch without files', 400, 'POST', '/batches/batch-0?action=COMPLETE'],
    ['an unknown action', 400, 'POST', '/batches/batch-0?action=GUESS'],
    ['an empty file', 400, 'PUT', '/batches/batch-0/datasets/web-events/files/a.json'],
    ['a file of another dataset', 400, 'PUT', '/batches/batch-0/datasets/customers/files/a.json', { x: 1 }],
    ['a part without a range', 400, 'PATCH', '/batches/batch-0/datasets/web-events/files/a.json', { x: 1 }],
    ['a file that has no parts', 400, 'POST', '/batches/batch-0/datasets/web-events/files/a.json?action=COMPLETE'],
    ['a path to nothing', 404, 'GET', '/batches/batch-0/meta?path=elsewhere'],
  ])('rejects %s with %i', async (_, status, method, address, body, headers) => {
    const { call, create } = withApi();
    await create();
    expect(await call(method, address, body, headers)).toMatchObject({ status, body: { status } });
  });

  it('lets nothing into a batch that is closed', async () => {
    const { call, create, put, complete, read } = withApi();
    const [done, gone] = [await create(), await create()];
    await put(done, 'a.json', carts(0, 1).join('\n'));
    await complete(done);
    expect((await put(done, 'b.json', '{}')).status).toBe(400);
    expect((await call('POST', `/batches/${done}?action=ABORT`)).status).toBe(400);
    expect((await call('POST', `/batches/${gone}?action=ABORT`)).status).toBe(200);
    expect((await read(gone)).status).toBe('aborted');
    expect((await complete(gone)).status).toBe(400);
  });

  it('answers whatever is asked, and never with a fault of its own', async () => {
    const { call, create } = withApi();
    await create();
    const word = fc.oneof(
      fc.constantFrom(
        'batch-0',
        'datasets',
        'web-events',
        'files',
        'a.json',
        'meta',
        'failed',
        '..',
        '%2e%2e',
        '%',
        '%E0%A4',
      ),
      fc.string(),
    );
    const query = fc.constantFrom(
      'action',
      'path',
      'limit',
      'start',
      'size',
      'partSize',
      'status',
      'orderBy',
      '__proto__',
    );
    const value = fc.oneof(
      fc.constantFrom('INITIALIZE', 'COMPLETE', 'row_errors', 'input_files/../..', '-1', '1e9', '99999999999999999999'),
      fc.string(),
    );
    const content = fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.json());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
        fc.constantFrom('', '/batch-0', '/batch-0/meta', '/batch-0/failed', '/batch-0/datasets/web-events/files'),
        fc.array(word, { maxLength: 2 }),
        fc.array(fc.tuple(query, value), { maxLength: 2 }),
        content,
        fc.oneof(fc.constantFrom('bytes 0-1/2', 'bytes 5-1/*', 'bytes'), fc.string()),
        async (method, known, words, pairs, body, range) => {
          const address = `/data/foundation/import/batches${known}${words.map((one) => `/${one.replaceAll('?', '')}`).join('')}`;
          const headers = { 'x-api-key': KEY, 'content-range': range };
          const { status } = await call(method, `${address}?${new URLSearchParams(pairs)}`, body, headers);
          expect([200, 201, 400, 404, 405, 413, 501]).toContain(status);
        },
      ),
      runs(2.5, 500),
    );
  });
});
