import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { sourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import { createHandler } from '#lambdas/functions/collect/handler.ts';
import { NO_CALLERS } from '#tests/harness/core/callers.ts';
import { addToCart, exampleDefinitions, logIn } from '#tests/harness/platform/example.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const KEY = 'the key of the shop';
const SHOP = { id: 'shop', keySha256: [hash('sha256', 'an older key', 'hex'), hash('sha256', KEY, 'hex')] };
const CONNECTIONS = [
  SHOP,
  { id: 'logins-only', keySha256: SHOP.keySha256, datasets: ['logins'] },
  { id: 'open', authenticationRequired: false },
  { id: 'slow', authenticationRequired: false, requestsPerSecond: 0.5 },
].map((connection) => sourceConnectionDefinition.parse(connection));

interface Request {
  readonly path?: string;
  readonly method?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

const message = (entity: object, datasetId = 'web-events', more: object = {}) => ({
  header: { datasetId, imsOrgId: 'org', source: { name: 'test' }, ...more },
  body: { xdmEntity: entity },
});
const cart = (n: number, more: object = {}) => message(addToCart(n, NOW - 1_000, more));

describe('the collection endpoint', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    catalog = compileCatalog({ ...(await exampleDefinitions()), sourceConnections: CONNECTIONS });
  });

  /** An endpoint, and what it has put on the stream. @param full which messages the stream has no room for */
  function endpoint(full: (index: number) => boolean = () => false) {
    const stream: CollectedMessage[] = [];
    const clock = { now: NOW };
    let ids = 0;
    const handler = createHandler({
      callers: NO_CALLERS,
      catalog: { current: async () => catalog },
      now: () => clock.now,
      newId: () => `id-${ids++}`,
      stream: {
        async put(messages) {
          const left = new Set([...messages.keys()].filter(full));
          stream.push(...messages.filter((_, index) => !left.has(index)));
          return left;
        },
      },
    });
    const call = async ({ path = '/collection/shop', method = 'POST', query, headers, body = '' }: Request) => {
      const isText = typeof body === 'string';
      const event = {
        rawPath: path,
        requestContext: { http: { method } },
        ...(query && { queryStringParameters: query }),
        headers: headers ?? { Authorization: `Bearer ${KEY}` },
        body: isText ? body : Buffer.from(body).toString('base64'),
        isBase64Encoded: !isText,
      } as unknown as APIGatewayProxyEventV2;
      const answer = await handler(event);
      return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body || '{}') };
    };
    const send = (value: unknown, request: Request = {}) => call({ body: JSON.stringify(value), ...request });
    return { call, send, stream, clock };
  }

  it('takes a message without looking at its record, and passes it on as it came', async () => {
    const { send, stream } = endpoint();
    const invalid = cart(1, { timestamp: 'yesterday' });
    for (const value of [cart(1), invalid]) {
      expect(await send(value)).toMatchObject({
        status: 200,
        body: {
          inletId: 'shop',
          receivedTimeMs: NOW,
          syncValidation: { skipped: true },
          xactionId: expect.any(String),
        },
      });
    }
    expect(stream.map(({ data }) => JSON.parse(Buffer.from(data).toString()))).toEqual([cart(1), invalid]);
  });

  it.each(['syncValidation', 'synchronousValidation'])(
    "looks at the record when %s asks for it, says what is wrong in AEP's shape and drops it",
    async (name) => {
      const { send, stream } = endpoint();
      const query = { [name]: 'true' };
      expect(await send(cart(1), { query })).toMatchObject({
        status: 200,
        body: { syncValidation: { status: 'pass' } },
      });
      const { status, body } = await send(cart(2, { commerce: { productListAdds: { value: 'many' } } }), { query });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: {
          type: expect.stringMatching(/\/problem\/data-collection-service\/inlet$/),
          status: 400,
          title: 'Invalid XDM Message Format',
          report: {
            _streamingValidation: [
              {
                message: '1 schema violation found',
                causingExceptions: [
                  {
                    pointerToViolation: '#/commerce/productListAdds/value',
                    keyword: 'type',
                    message: 'Expected number, found string',
                  },
                ],
              },
            ],
          },
        },
      });
      expect(JSON.stringify(body)).not.toContain('many');
      expect(stream).toHaveLength(1);
    },
  );

  it('serves clients as they are written for AEP: their headers, their flag when it is off, their place of violations', async () => {
    const { send, stream } = endpoint();
    const headers = {
      Authorization: 'Bearer a token of IMS',
      'X-API-Key': KEY,
      'x-gw-ims-org-id': '0123456789ABCDEF@AdobeOrg',
      'x-sandbox-name': 'prod',
      'x-adobe-flow-id': 'a flow',
      'Content-Type': 'application/json',
    };
    const schemaRef = {
      id: catalog.datasets.get('web-events')!.schemaId,
      contentType: 'application/vnd.adobe.xed-full+json;version=1',
    };
    const full = {
      header: {
        schemaRef,
        imsOrgId: 'org',
        datasetId: 'web-events',
        createdAt: '1526283801869',
        source: { name: 'x' },
      },
      body: { xdmMeta: { schemaRef }, xdmEntity: addToCart(1, NOW - 1_000) },
    };
    const off = { syncValidation: 'False' };
    expect(await send(full, { headers, query: off })).toMatchObject({ status: 200 });
    const batch = { headers, query: off, path: '/collection/batch/shop' };
    expect(await send({ messages: [full] }, batch)).toMatchObject({ status: 207, body: { responses: [{}] } });
    expect(stream).toHaveLength(2);
    const invalid = {
      ...full,
      body: { xdmEntity: { ...addToCart(1, NOW - 1_000), commerce: { productListAdds: { value: 'many' } } } },
    };
    const { body } = await send(invalid, { headers, query: { syncValidation: 'True' } });
    const { message: summary, cause } = body.report;
    expect(summary).toBeTruthy();
    expect(cause._streamingValidation[0]).toMatchObject({
      schemaLocation: expect.any(String),
      pointerToViolation: '#',
      causingExceptions: [
        { pointerToViolation: '#/commerce/productListAdds/value', keyword: 'type', causingExceptions: [] },
      ],
    });
  });

  it('answers a batch message by message, in their order', async () => {
    const { send, stream } = endpoint();
    const messages = [
      cart(1),
      { header: {} },
      message({}, 'no-such'),
      cart(2),
      cart(3, { note: 'x'.repeat(1_100_000) }),
    ];
    const { status, body } = await send({ messages }, { path: '/collection/batch/shop' });
    expect(status).toBe(207);
    expect(body).toMatchObject({ inletId: 'shop', receivedTimeMs: NOW, batchId: expect.any(String) });
    expect(body.responses).toMatchObject([
      { xactionId: expect.any(String) },
      { statusCode: 400, message: expect.stringContaining('envelope') },
      { statusCode: 400, message: expect.stringContaining('No dataset of this id') },
      { xactionId: expect.any(String) },
      { statusCode: 413, message: expect.any(String) },
    ]);
    expect(stream).toHaveLength(2);
    expect(new Set(body.responses.flatMap((one: { xactionId?: string }) => one.xactionId ?? [])).size).toBe(2);
  });

  it('knows its connections by their keys', async () => {
    const { send } = endpoint();
    const statusWith = async (headers: Record<string, string>, path = '/collection/shop', value: object = cart(1)) =>
      (await send(value, { headers, path })).status;
    expect(await statusWith({})).toBe(401);
    expect(await statusWith({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusWith({ authorization: `Basic ${KEY}` })).toBe(401);
    expect(await statusWith({ authorization: `Bearer ${SHOP.keySha256[1]}` }), 'the hash is no key').toBe(401);
    expect(await statusWith({ authorization: `bearer ${KEY}` })).toBe(200);
    expect(await statusWith({ authorization: 'Bearer a token of IMS', 'x-api-key': 'an older key' })).toBe(200);
    expect(await statusWith({ 'x-api-key': KEY }, '/collection/unknown')).toBe(401);
    expect(await statusWith({}, '/collection/open')).toBe(200);
    expect(await statusWith({ 'x-api-key': KEY }, '/collection/logins-only')).toBe(403);
    const login = message(logIn(1, NOW - 1_000), 'logins');
    expect(await statusWith({ 'x-api-key': KEY }, '/collection/logins-only', login)).toBe(200);
  });

  it('lets pages of any site send on a connection that is open to anybody, and on no other', async () => {
    const { call, send } = endpoint();
    const ask = { method: 'OPTIONS', headers: { origin: 'https://shop.example' } };
    const preflight = await call({ ...ask, path: '/collection/open' });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': expect.stringContaining('content-type'),
      },
    });
    const open = { path: '/collection/batch/open', headers: { origin: 'https://shop.example' } };
    const sent = await send({ messages: [cart(1)] }, open);
    expect(sent).toMatchObject({ status: 207, headers: { 'access-control-allow-origin': '*' } });
    const rejected = await send({}, { ...open, path: '/collection/open' });
    expect(rejected).toMatchObject({ status: 400, headers: { 'access-control-allow-origin': '*' } });
    for (const answer of [await call({ ...ask, path: '/collection/shop' }), await send(cart(1))]) {
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('tells a client to slow down, and for how long', async () => {
    const { send, clock } = endpoint();
    const slow = () => send(cart(1), { path: '/collection/slow' });
    expect((await slow()).status).toBe(200);
    expect(await slow()).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    clock.now += 2_000;
    expect((await slow()).status).toBe(200);
    const validate = () => send(cart(1), { path: '/collection/open', query: { syncValidation: 'true' } });
    for (let i = 0; i < 60; i++) expect((await validate()).status).toBe(200);
    expect(await validate()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect((await send(cart(1), { path: '/collection/open' })).status).toBe(200);
  });

  it('says that the stream has no room, of all messages or of some', async () => {
    const none = endpoint(() => true);
    expect(await none.send(cart(1))).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(await none.send({ messages: [cart(1), cart(2)] }, { path: '/collection/batch/shop' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    });
    const some = endpoint((index) => index === 1);
    const messages = [cart(1), {}, cart(2), cart(3)];
    const { status, body } = await some.send({ messages }, { path: '/collection/batch/shop' });
    expect(status).toBe(207);
    expect(body.responses).toMatchObject([
      { xactionId: expect.any(String) },
      { statusCode: 400 },
      { statusCode: 503 },
      { xactionId: expect.any(String) },
    ]);
    expect(some.stream).toHaveLength(2);
  });

  it.each<[string, number, Request]>([
    ['no JSON', 400, { body: '{"header":' }],
    ['no body', 400, {}],
    ['no envelope', 400, { body: '{}' }],
    ['invalid UTF-8', 400, { body: new Uint8Array([0x22, 0xff, 0x22]) }],
    ['a message above the limit', 413, { body: JSON.stringify(cart(1, { note: 'x'.repeat(1_048_576) })) }],
    [
      'a bomb',
      413,
      { body: gzipSync(Buffer.alloc(50_000_000)), headers: { 'x-api-key': KEY, 'content-encoding': 'gzip' } },
    ],
    ['no gzip', 400, { body: 'x', headers: { 'x-api-key': KEY, 'content-encoding': 'gzip' } }],
    ['an encoding nobody knows', 415, { body: 'x', headers: { 'x-api-key': KEY, 'content-encoding': 'br' } }],
    ['another method', 405, { method: 'GET' }],
    ['another address', 404, { path: '/elsewhere' }],
    ['synchronous validation of a batch', 501, { path: '/collection/batch/shop', query: { syncValidation: 'true' } }],
    ['that by its other name', 501, { path: '/collection/batch/shop', query: { synchronousValidation: 'true' } }],
    ['a batch without messages', 400, { path: '/collection/batch/shop', body: '{"messages":[]}' }],
    ['a batch of something else', 400, { path: '/collection/batch/shop', body: '{"messages":{}}' }],
    ['a broken escape in the address', 401, { path: '/collection/%E0%A4' }],
  ])('rejects %s with %i', async (_, status, request) => {
    const { call, stream } = endpoint();
    const answer = await call(request);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, title: expect.any(String) });
    expect(stream).toEqual([]);
  });

  it('takes gzip, one message or many', async () => {
    const { call, stream } = endpoint();
    const headers = { authorization: `Bearer ${KEY}`, 'content-encoding': 'gzip' };
    const one = await call({ body: gzipSync(JSON.stringify(cart(1))), headers });
    const body = gzipSync(JSON.stringify({ messages: [cart(2), cart(3)] }));
    const many = await call({ path: '/dev/collection/batch/shop/', body, headers });
    expect([one.status, many.status, stream.length]).toEqual([200, 207, 3]);
  });

  it('sends all of a person by one way: the strongest identity decides, and the way does not name it', async () => {
    const { send, stream } = endpoint();
    const by = async (map: object): Promise<string> => {
      await send(message({ ...addToCart(1, NOW - 1_000), identityMap: map }));
      return stream.at(-1)!.key;
    };
    const known = await by({ ECID: [{ id: '1'.repeat(38) }], CRMID: [{ id: 'RB-1' }] });
    expect(await by({ CRMID: [{ id: 'RB-1' }], ECID: [{ id: '2'.repeat(38) }] })).toBe(known);
    expect(await by({ ECID: [{ id: '1'.repeat(38) }] })).not.toBe(known);
    expect(known).not.toContain('RB-1');
  });

  it('answers whatever is sent, and never with a fault of its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.constantFrom('/collection/shop', '/collection/batch/shop'),
        async (body, path) => {
          const { status } = await endpoint().call({ body, path });
          expect([200, 207, 400]).toContain(status);
        },
      ),
    );
  });

  it('asks to come again while no catalog is active', async () => {
    const handler = createHandler({
      callers: NO_CALLERS,
      catalog: { current: () => Promise.reject(new NoCatalogError()) },
      now: () => NOW,
      newId: () => 'id',
      stream: { put: async () => new Set() },
    });
    const event = {
      rawPath: '/collection/shop',
      requestContext: { http: { method: 'POST' } },
      headers: {},
      body: '{}',
    };
    const answer = await handler(event as unknown as APIGatewayProxyEventV2);
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '2' } });
  });
});
