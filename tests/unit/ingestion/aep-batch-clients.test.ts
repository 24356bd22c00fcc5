import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { CONNECTIONS, createBatchApi, HOST, KEY } from '#tests/harness/platform/batch-api.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const IMPORT = '/data/foundation/import/batches';
const CATALOG = '/data/foundation/catalog/batches';
const EXPORT = '/data/foundation/export/batches';

/** What a client of AEP sends with every request. */
const AEP_HEADERS = {
  Authorization: 'Bearer a token of IMS',
  'x-api-key': KEY,
  'x-gw-ims-org-id': '0123456789ABCDEF@AdobeOrg',
  'x-sandbox-name': 'prod',
};

const carts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => JSON.stringify(addToCart(from + i, START - 1_000)));

describe('a client that was written for the batch API of AEP', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: CONNECTIONS });
    wiring = readWiring(templatesOf('prod'));
  });

  function client() {
    const api = createBatchApi({ wiring, catalog, start: START });
    const { clock } = api.platform.poller;
    const call = (method: string, address: string, body: string | Uint8Array | object = '', headers = {}) =>
      api.call(method, address, body, { ...AEP_HEADERS, ...headers });
    const create = async (more: object = {}) =>
      (await call('POST', IMPORT, { datasetId: 'web-events', inputFormat: { format: 'json' }, ...more })).body;
    const file = (id: string, name = 'a.json') => `${IMPORT}/${id}/datasets/web-events/files/${name}`;
    /** A batch with these lines, through all of the platform. */
    const ingest = async (lines: readonly string[], more: object = {}): Promise<string> => {
      const { id } = await create(more);
      await call('PUT', file(id), lines.join('\n'), { 'content-type': 'application/octet-stream' });
      await call('POST', `${IMPORT}/${id}?action=COMPLETE`);
      await api.announce(id);
      await api.platform.poller.run();
      return id;
    };
    const tell = async (id: string) => (await call('GET', `${CATALOG}/${id}`)).body[id];
    const advance = (ms: number) => clock.advanceBy(ms);
    return { ...api, call, create, file, ingest, tell, advance };
  }

  it('finds in the batch that it has created all that AEP tells of one', async () => {
    const { call } = client();
    const { status, body } = await call('POST', IMPORT, {
      datasetId: 'web-events',
      inputFormat: { format: 'json', isMultiLineJson: false },
      externalId: 'night-7',
      enableErrorDiagnostics: true,
      partialIngestionPercentage: 10,
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        id: expect.any(String),
        imsOrg: '0123456789ABCDEF@AdobeOrg',
        sandboxId: 'prod',
        externalId: 'night-7',
        created: START,
        updated: START,
        createdUser: 'till',
        updatedUser: 'till',
        status: 'loading',
        version: '1.0.0',
        tags: { acp_enableErrorDiagnostics: true, acp_partialIngestionPercent: 10 },
        relatedObjects: [{ type: 'dataSet', id: 'web-events' }],
      },
    });
  });

  it('may leave out the format, which then is Parquet', async () => {
    const { call } = client();
    const { status, body } = await call('POST', IMPORT, { datasetId: 'web-events' });
    expect({ status, body }).toMatchObject({ status: 201, body: { inputFormat: { format: 'parquet' } } });
  });

  it('may name CSV as it is read here, and is told at once when it names it otherwise', async () => {
    const { call } = client();
    const statusOf = async (dialect: object) =>
      (await call('POST', IMPORT, { datasetId: 'customers', inputFormat: { format: 'csv', ...dialect } })).status;
    expect(await statusOf({ delimiter: ',', quote: '"', header: 'true', charset: 'UTF-8', nullMarker: '' })).toBe(201);
    expect(await statusOf({ delimiter: ';', quote: "'", escape: '\\', charset: 'ISO-8859-1' })).toBe(201);
    for (const dialect of [{ delimiter: ';;' }, { quote: '#' }, { header: false }, { charset: 'EBCDIC' }]) {
      expect(await statusOf(dialect), JSON.stringify(dialect)).toBe(400);
    }
  });

  it('shows its key in either header, beside whatever it has in the other', async () => {
    const { create, call } = client();
    const { id } = await create();
    const statusWith = async (authorization: string, key: string) =>
      (await call('GET', `${CATALOG}/${id}`, '', { Authorization: authorization, 'x-api-key': key })).status;
    expect(await statusWith('Bearer a token of IMS', KEY)).toBe(200);
    expect(await statusWith(`Bearer ${KEY}`, 'the id of a client')).toBe(200);
    expect(await statusWith('Bearer a token of IMS', 'the id of a client')).toBe(401);
  });

  it('sees what became of it, with the codes and counts of AEP', async () => {
    const { ingest, tell } = client();
    const id = await ingest([...carts(0, 39), '{"_id":'], { enableErrorDiagnostics: true });
    expect(await tell(id)).toMatchObject({
      status: 'success',
      started: START,
      metrics: { inputRecordCount: 40, outputRecordCount: 39, failedRecordCount: 1 },
      errors: [
        { code: 'INGEST-1212-400', description: expect.any(String) },
        { code: 'INGEST-1401-400', description: expect.any(String), recordCount: 1 },
      ],
    });
  });

  it('asks in the singular, as a page of AEP says', async () => {
    const { create, call } = client();
    const { id } = await create();
    expect((await call('GET', `/data/foundation/catalog/batch/${id}`)).body[id]).toMatchObject({ status: 'loading' });
  });

  it('follows a link to the files of errors, which name its files as it did', async () => {
    const { ingest, call } = client();
    const id = await ingest([...carts(0, 39), '{"_id":']);
    const root = await call('GET', `${EXPORT}/${id}/meta`);
    expect(root.body.data.map(({ name }: { name: string }) => name)).toEqual(['row_errors', 'input_files']);
    const { body } = await call('GET', `${EXPORT}/${id}/meta?path=row_errors`);
    expect(body).toMatchObject({
      _page: { count: 1 },
      data: [{ name: 'parsing_errors_0.json', length: expect.any(String) }],
    });
    const { href } = body.data[0]._links.self;
    expect(href).toMatch(new RegExp(`^https://${HOST}${EXPORT}/`));
    const rows = await call('GET', href.slice(`https://${HOST}`.length));
    expect(JSON.parse(rows.text)).toMatchObject({
      _corrupt_record: '{"_id":',
      _errors: [{ code: 'INGEST-1401-400', message: expect.any(String) }],
      _filename: 'a.json',
    });
    const inputs = await call('GET', `${EXPORT}/${id}/meta?path=input_files`);
    const list = await call('GET', inputs.body.data[0]._links.self.href.slice(`https://${HOST}`.length));
    expect(list.text).toBe('{"path":"a.json"}\n');
  });

  it('gets every rejected row with its number, however large and however many files they are in', async () => {
    const { create, call, file, announce, platform } = client();
    const { id } = await create();
    const large = Array.from({ length: 240 }, (_, i) => JSON.stringify({ nothing: `${i}${'x'.repeat(20_000)}` }));
    await platform.stores.landing.put(`uploads/${id}/files/a.json`, large.join('\n'));
    for (let n = 0; n < 100; n++) await call('PUT', file(id, `b-${n}.json`), '{"nothing":1}');
    await call('POST', `${IMPORT}/${id}?action=COMPLETE`);
    await announce(id);
    await platform.poller.run();
    const get = (href: string) => call('GET', href.slice(`https://${HOST}`.length));
    const first = (await call('GET', `${EXPORT}/${id}/meta?path=row_errors`)).body;
    const second = (await get(first._links.next.href)).body;
    expect(second._links).toBeUndefined();
    expect(first._page.count).toBe(100);
    const files = [...first.data, ...second.data];
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    const rows: string[] = [];
    // The large one has several, each other file one.
    for (const { _links, length } of [...files.slice(0, files.length - 100), files.at(-1)]) {
      const { text } = await get(_links.self.href);
      expect(String(Buffer.byteLength(text))).toBe(length);
      expect(Number(length)).toBeLessThanOrEqual(4 * 1_048_576);
      for (const line of text.trim().split('\n')) {
        const { _filename, _row } = JSON.parse(line);
        rows.push(`${_filename} ${_row}`);
      }
    }
    expect(rows.slice(0, 240)).toEqual(large.map((_, i) => `a.json ${i + 1}`));
    expect(rows[240]).toMatch(/^b-\d+\.json 1$/);
    expect((await call('GET', `${EXPORT}/${id}/meta?path=row_errors&start=x`)).status).toBe(400);
  });

  it('gets the files of a batch that failed back, and of no other', async () => {
    const { ingest, call } = client();
    const content = [...carts(0, 5), '{"_id":'];
    const failed = await ingest(content);
    const { body } = await call('GET', `${EXPORT}/${failed}/failed`);
    expect(body).toMatchObject({ data: [{ name: 'a.json' }], _page: { count: 1 } });
    expect((await call('GET', body.data[0]._links.self.href.slice(`https://${HOST}`.length))).text).toBe(
      content.join('\n'),
    );
    expect((await call('GET', `${EXPORT}/${failed}/failed?path=b.json`)).status).toBe(404);
    expect((await call('GET', `${EXPORT}/${await ingest(carts(10, 20))}/failed`)).body.data).toEqual([]);
  });

  it('asks how much of a file is here', async () => {
    const { create, call, file, patch } = client();
    const { id } = await create();
    const head = async (name: string) => {
      const { status, headers } = await call('HEAD', file(id, name));
      return { status, range: headers['content-range'] };
    };
    expect(await head('a.json')).toEqual({ status: 404, range: undefined });
    await call('PUT', file(id, 'a.json'), 'x'.repeat(10));
    expect(await head('a.json')).toEqual({ status: 200, range: 'bytes 0-9/10' });
    await patch(id, 'b.json', Buffer.from('01234'), 0, 10);
    await patch(id, 'b.json', Buffer.from('89'), 8, 10);
    expect(await head('b.json')).toEqual({ status: 200, range: 'bytes 0-4/*' });
    await patch(id, 'b.json', Buffer.from('567'), 5, 10);
    await call('POST', `${file(id, 'b.json')}?action=COMPLETE`);
    expect(await head('b.json')).toEqual({ status: 200, range: 'bytes 0-9/10' });
  });

  it('puts files into folders, and may write the range without the size', async () => {
    const { create, call, file, tell, announce, platform } = client();
    const { id } = await create();
    const name = 'part1=a/part%20b/x.json';
    const bytes = Buffer.from(carts(0, 1)[0]!);
    expect((await call('POST', `${file(id, name)}?action=initialize`)).status).toBe(201);
    const range = { 'content-range': `bytes 0-${bytes.length - 1}` };
    expect((await call('PATCH', file(id, name), bytes, range)).status).toBe(200);
    expect((await call('POST', `${file(id, name)}?action=complete`)).status).toBe(201);
    expect((await call('POST', `${IMPORT}/${id}?action=complete`)).status).toBe(200);
    await announce(id);
    await platform.poller.run();
    expect(await tell(id)).toMatchObject({ status: 'success', metrics: { outputRecordCount: 1 } });
  });

  it('lists its batches, the newest first, by state, dataset and time, a page after the other', async () => {
    const { create, call, ingest, advance } = client();
    const ids: string[] = [];
    for (const datasetId of ['web-events', 'customers', 'web-events']) {
      ids.push((await create({ datasetId })).id);
      advance(1_000);
    }
    const failed = await ingest(['{"_id":']);
    const list = async (query: string) => Object.keys((await call('GET', `${CATALOG}?${query}`)).body);
    expect(await list('')).toEqual([failed, ...ids.toReversed()]);
    expect(await list('orderBy=asc:created&limit=2')).toEqual(ids.slice(0, 2));
    expect(await list('limit=2&start=2')).toEqual([ids[1], ids[0]]);
    expect(await list('status=failed')).toEqual([failed]);
    expect(await list('status=failure')).toEqual([failed]);
    expect(await list('dataSet=customers')).toEqual([ids[1]]);
    expect(await list(`createdAfter=${START}&createdBefore=${START + 2_000}`)).toEqual([ids[1]]);
    const { body } = await call('GET', `${CATALOG}?status=failed&properties=status,errors`);
    expect(Object.keys(body[failed]).sort()).toEqual(['errors', 'status']);
    for (const limit of ['many', '0', '101', '-1']) {
      const { status, body: wrong } = await call('GET', `${CATALOG}?limit=${limit}`);
      expect({ status, wrong }, limit).toMatchObject({
        status: 400,
        wrong: { detail: expect.stringContaining('limit') },
      });
    }
    expect(Object.keys((await call('GET', `${CATALOG}/${ids[0]},${failed},unknown`)).body)).toEqual([ids[0], failed]);
    expect((await call('GET', `${CATALOG}/unknown,other`)).status).toBe(404);
    expect((await call('GET', `${CATALOG}/${failed}?properties=status`)).body).toEqual({
      [failed]: { status: 'failed' },
    });
  });

  it('tells twenty batches where it is not asked for another number', async () => {
    const { create, call } = client();
    for (let i = 0; i < 25; i++) await create();
    expect(Object.keys((await call('GET', CATALOG)).body)).toHaveLength(20);
    expect(Object.keys((await call('GET', `${CATALOG}?limit=100`)).body)).toHaveLength(25);
  });

  it('is told where the records of a batch are, since there are no files of one', async () => {
    const { create, call } = client();
    const { status, body } = await call('GET', `${EXPORT}/${(await create()).id}/files`);
    expect({ status, body }).toMatchObject({ status: 501, body: { detail: expect.stringContaining('lake') } });
  });

  it('says that a batch has failed, or takes it back, as long as nothing of it was ingested', async () => {
    const { create, call, tell, file } = client();
    const act = async (id: string, action: string) => (await call('POST', `${IMPORT}/${id}?action=${action}`)).status;
    const { id } = await create();
    expect(await act(id, 'FAIL')).toBe(200);
    expect(await tell(id)).toMatchObject({ status: 'failed', errors: [{ code: 'failed' }] });
    expect((await call('PUT', file(id), '{}')).status).toBe(400);
    expect(await act(id, 'COMPLETE')).toBe(400);
    expect(await act(id, 'REVERT')).toBe(200);
    expect(await tell(id)).toMatchObject({ status: 'inactive' });
  });

  const profilesIn = (stores: { readonly profiles: ProfileStore }) =>
    allProfiles(stores.profiles, stageSettings(catalog).evaluation);

  it('takes back a batch whose records are in profiles, as often as it says so', async () => {
    const { ingest, call, tell, platform, ...api } = client();
    const act = async (id: string, action: string) => (await call('POST', `${IMPORT}/${id}?action=${action}`)).status;
    const kept = await ingest(carts(0, 3));
    const before = await profilesIn(platform.stores);
    api.advance(60_000);
    const taken = await ingest([...carts(2, 40), '{"_id":']);
    expect(await profilesIn(platform.stores)).toHaveLength(40);
    expect(await act(taken, 'REVERT')).toBe(200);
    expect(await act(taken, 'REVERT')).toBe(200);
    expect(await tell(taken)).toMatchObject({ status: 'processing' });
    expect(await act(taken, 'COMPLETE')).toBe(400);
    await platform.poller.run();
    expect(await tell(taken)).toMatchObject({
      status: 'inactive',
      metrics: { inputRecordCount: 39, outputRecordCount: 38, failedRecordCount: 1 },
    });
    expect(await profilesIn(platform.stores)).toEqual(before);
    expect(await platform.quarantined()).toEqual([]);
    expect(await Array.fromAsync(platform.stores.landing.list(`reverts/${taken}/rows`))).toEqual([]);
    expect(await act(taken, 'REVERT')).toBe(200);
    // Chunks that are delivered once more bring nothing back.
    await api.announce(taken);
    await platform.poller.run();
    expect(await profilesIn(platform.stores)).toEqual(before);
    expect(await tell(kept)).toMatchObject({ status: 'success' });
    expect(await tell(await ingest(carts(2, 5)))).toMatchObject({
      status: 'success',
      metrics: { outputRecordCount: 3 },
    });
    expect(await profilesIn(platform.stores)).toHaveLength(5);
    expect(platform.leftovers()).toEqual({});
  });

  it('takes back a batch that came in parts, or as a file', async () => {
    const { create, call, file, patch, announce, tell, platform } = client();
    const { id } = await create();
    const bytes = Buffer.from(carts(0, 4).join('\n'));
    await patch(id, 'a.json', bytes.subarray(0, 100), 0, bytes.length);
    await patch(id, 'a.json', bytes.subarray(100), 100, bytes.length);
    await call('POST', `${file(id)}?action=COMPLETE`);
    await call('PUT', file(id, 'b.json'), carts(4, 6).join('\n'));
    await call('POST', `${IMPORT}/${id}?action=COMPLETE`);
    await announce(id);
    await platform.upload('landing/web-events/night.json', carts(6, 9).join('\n'));
    await platform.poller.run();
    expect(await profilesIn(platform.stores)).toHaveLength(9);
    const batches = await Array.fromAsync(platform.stores.operations.batches());
    for (const [at, left] of [
      [0, 3],
      [1, 0],
    ] as const) {
      const one = batches.find((batch) => (batch.id === id) === (at === 0))!.id;
      expect((await call('POST', `${IMPORT}/${one}?action=REVERT`)).status).toBe(200);
      await platform.poller.run();
      expect(await tell(one)).toMatchObject({ status: 'inactive' });
      expect(await profilesIn(platform.stores)).toHaveLength(left);
    }
  });

  it('takes back one whose records others have, and waits until it has been ingested', async () => {
    const { create, call, file, announce, tell, platform } = client();
    const { id } = await create();
    await call('PUT', file(id), carts(0, 2).join('\n'));
    await call('POST', `${IMPORT}/${id}?action=COMPLETE`);
    const revert = () => call('POST', `${IMPORT}/${id}?action=REVERT`);
    expect(await revert()).toMatchObject({ status: 400, body: { detail: expect.stringContaining('is loaded') } });
    await announce(id);
    await platform.poller.run();
    platform.collect(enveloped('web-events', addToCart(1, START - 1_000)));
    await platform.poller.run();
    expect((await revert()).status).toBe(200);
    await platform.poller.run();
    expect(await tell(id)).toMatchObject({ status: 'inactive' });
    expect(await profilesIn(platform.stores)).toMatchObject([{ identities: [`ECID:${ecidOf(1)}`] }]);
  });

  it('replaces batches by a new one, once that has been ingested', async () => {
    const { ingest, call, create, tell, platform } = client();
    const [first, second] = [await ingest(carts(0, 4)), await ingest(carts(4, 6))];
    const replay = { predecessors: [first, second], reason: 'replace' };
    const failed = await ingest(['{"_id":'], { replay });
    expect(await tell(failed)).toMatchObject({ status: 'failed' });
    expect(await tell(first), 'one that fails replaces nothing').toMatchObject({ status: 'success' });
    const third = await ingest(carts(3, 8), { replay });
    expect(await tell(third)).toMatchObject({ status: 'success', replay });
    for (const id of [first, second]) expect(await tell(id)).toMatchObject({ status: 'inactive' });
    const identities = (await profilesIn(platform.stores)).flatMap(
      (profile) => (profile as { identities: string[] }).identities,
    );
    expect(identities).toEqual([3, 4, 5, 6, 7].map((n) => `ECID:${ecidOf(n)}`));
    for (const [predecessors, reason] of [
      [['unknown'], 'replace'],
      [[], 'replace'],
      [[third], 'delete'],
      [[(await create({ datasetId: 'customers' })).id], 'replace'],
      [[(await create()).id], 'replace'],
    ]) {
      const wanted = { datasetId: 'web-events', inputFormat: { format: 'json' }, replay: { predecessors, reason } };
      expect((await call('POST', IMPORT, wanted)).status, JSON.stringify(wanted)).toBe(400);
    }
  });

  it('is told what to do with a file that is too large for one request, or packed on the way', async () => {
    const { create, call, file } = client();
    const { id } = await create();
    const large = new Uint8Array(4 * 1_048_576 + 1);
    for (const method of ['PUT', 'PATCH']) {
      const { status, body } = await call(method, file(id), large, { 'content-range': `bytes 0-${large.length - 1}` });
      expect({ status, body }).toMatchObject({ status: 413, body: { detail: expect.stringContaining('INITIALIZE') } });
    }
    expect((await call('PUT', file(id), 'x', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('may ask for a batch that came as a file as well', async () => {
    const { platform, call } = client();
    await platform.upload('landing/web-events/night.json', carts(0, 3).join('\n'));
    await platform.poller.run();
    const [batch] = await Array.fromAsync(platform.stores.operations.batches());
    const { body } = await call('GET', `${CATALOG}/${batch!.id}`);
    expect(body[batch!.id]).toMatchObject({ status: 'success', metrics: { outputRecordCount: 3 }, imsOrg: '' });
    expect((await call('PUT', `${IMPORT}/${batch!.id}/datasets/web-events/files/a.json`, '{}')).status).toBe(400);
  });
});
