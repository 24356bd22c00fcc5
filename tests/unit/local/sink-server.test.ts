import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SinkClient } from '#cli/local/sink-client.ts';
import { SinkRecord } from '#cli/local/sink-record.ts';
import { createSinkServer, MAX_BODY_BYTES } from '#cli/local/sink-server.ts';
import { listening, temporaryFolder } from './support.ts';

async function sink() {
  const file = join(temporaryFolder(), 'requests.ndjson');
  const url = await listening(createSinkServer(file));
  const post = (path: string, body: string | Uint8Array<ArrayBuffer> = '{}', headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { method: 'POST', body, headers });
  return { url, file, post, client: new SinkClient(url) };
}

describe('the outside world', () => {
  it('answers a webhook with an empty object and writes the request down', async () => {
    const { url, post, client } = await sink();
    const response = await post('/webhook/crm?a=1&a=2', '{"profiles":[]}', { 'content-type': 'application/json' });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(await client.requests()).toEqual([
      {
        number: 1,
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        method: 'POST',
        host: new URL(url).host,
        path: '/webhook/crm',
        query: { a: ['1', '2'] },
        headers: expect.objectContaining({ 'content-type': 'application/json' }),
        body: '{"profiles":[]}',
        bodyEncoding: 'utf8',
        truncated: false,
        status: 200,
      },
    ]);
  });

  it.each([
    ['usw2.demdex.net', 9],
    ['irl1.demdex.net', 6],
    ['USE.demdex.net', 7],
    ['nowhere.example', 0],
  ])("answers for Audience Manager's edge %s with its region", async (host, region) => {
    const { url } = await sink();
    const response = await fetch(`${url}/aam/${host}/event?d_uuid=123&d_sid=9`);
    expect(await response.json()).toEqual({ stuff: [], uuid: '123', dcs_region: region });
  });

  it('gives a device without an id one of 38 digits, the same each time', async () => {
    const { post } = await sink();
    const answers = await Promise.all(
      ['d_mid=1', 'd_mid=1', 'd_mid=2'].map(async (query) => (await post(`/aam/use.demdex.net/event?${query}`)).json()),
    );
    const [first, again, other] = answers.map((answer) => (answer as { uuid: string }).uuid);
    expect(first).toMatch(/^\d{38}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each([
    ['GET', '/webhook/crm'],
    ['PUT', '/aam/use.demdex.net/event'],
    ['POST', '/aam/use.demdex.net/other'],
    ['POST', '/'],
  ])('rejects %s %s with 404, and writes that down too', async (method, path) => {
    const { url, client } = await sink();
    expect((await fetch(`${url}${path}`, { method })).status).toBe(404);
    expect(await client.requests()).toMatchObject([{ method, path, status: 404 }]);
  });

  it('keeps no credentials, neither in memory nor in the file', async () => {
    const { post, client, file } = await sink();
    await post('/webhook/a?access_token=hush&d_cid=5', '', {
      authorization: 'Bearer hush',
      cookie: 'hush',
      'x-api-key': 'hush',
      'x-tributary-signature': 't=1,v1=00',
    });
    const [request] = await client.requests();
    expect(request?.query).toEqual({ access_token: ['[redacted]'], d_cid: ['5'] });
    expect(request?.headers).toMatchObject({ authorization: '[redacted]', 'x-tributary-signature': 't=1,v1=00' });
    expect(readFileSync(file, 'utf8')).not.toContain('hush');
  });

  it('writes each request as one line of JSON, whatever the body holds', async () => {
    const { post, client, file } = await sink();
    await post('/webhook/a', 'two\nlines \u2028 "quoted"');
    await post('/webhook/b', new Uint8Array([0xff, 0x00, 0x80]));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await client.requests());
    expect(await client.requests({ path: '/webhook/b' })).toMatchObject([{ body: '/wCA', bodyEncoding: 'base64' }]);
  });

  it('rejects a body beyond its limit and keeps the beginning', async () => {
    const { post, client } = await sink();
    const exact = await post('/webhook/a', 'x'.repeat(MAX_BODY_BYTES));
    const long = await post('/webhook/a', `${'x'.repeat(MAX_BODY_BYTES - 1)}é and more`);
    expect([exact.status, long.status]).toEqual([200, 413]);
    const [, kept] = await client.requests();
    expect(kept).toMatchObject({ truncated: true, status: 413, bodyEncoding: 'utf8' });
    expect(kept?.body).toBe('x'.repeat(MAX_BODY_BYTES - 1));
  });

  it('is not confused by keys that objects have by themselves', async () => {
    const { post, client } = await sink();
    await post('/webhook/a?__proto__=1&constructor=2');
    const [request] = await client.requests();
    expect(Object.entries(request?.query ?? {})).toContainEqual(['constructor', ['2']]);
  });
});

describe('asking the sink', () => {
  it('lists by number and by path, and does not count the asking', async () => {
    const { post, client } = await sink();
    for (const path of ['/webhook/a', '/webhook/b', '/webhook/a']) await post(path);
    expect(await client.count()).toBe(3);
    expect((await client.requests({ since: 1 })).map((one) => one.number)).toEqual([2, 3]);
    expect((await client.requests({ path: '/webhook/a' })).map((one) => one.number)).toEqual([1, 3]);
    expect(await client.count()).toBe(3);
  });

  it('says what is wrong with a question', async () => {
    const { url } = await sink();
    expect((await fetch(`${url}/_sink/requests?since=-1`)).status).toBe(400);
    expect((await fetch(`${url}/_sink/elsewhere`)).status).toBe(404);
  });

  it('forgets everything on reset, in the file too', async () => {
    const { post, client, file } = await sink();
    await client.behave({ pathPrefix: '/webhook', status: 500 });
    await post('/webhook/a');
    await client.reset();
    expect([await client.count(), await client.requests(), readFileSync(file, 'utf8')]).toEqual([0, [], '']);
    expect((await post('/webhook/a')).status).toBe(200);
  });
});

describe('telling the sink how to behave', () => {
  it('makes the next answers fail, as many as ordered, and writes the status down', async () => {
    const { post, client } = await sink();
    await client.behave({ pathPrefix: '/webhook/a', status: 503, times: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await post('/webhook/a')).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect((await client.requests()).map((one) => one.status)).toEqual(statuses);
  });

  it('touches no other path', async () => {
    const { post, client } = await sink();
    await client.behave({ pathPrefix: '/webhook/a', status: 500 });
    expect((await post('/webhook/b')).status).toBe(200);
    expect((await post('/webhook/a')).status).toBe(500);
  });

  it('goes by the longest path, then by the latest order', async () => {
    const { post, client } = await sink();
    await client.behave({ pathPrefix: '/webhook/a', status: 429 });
    await client.behave({ pathPrefix: '/webhook', status: 500 });
    expect((await post('/webhook/a')).status).toBe(429);
    await client.behave({ pathPrefix: '/webhook/a', status: 503 });
    expect((await post('/webhook/a')).status).toBe(503);
  });

  it('answers late when told so, with the usual answer for status 200', async () => {
    const { post, client } = await sink();
    await client.behave({ pathPrefix: '/webhook/slow', status: 200, delayMs: 150, times: 1 });
    const order: string[] = [];
    const slow = post('/webhook/slow').then(async (response) =>
      order.push(`slow ${JSON.stringify(await response.json())}`),
    );
    const fast = post('/webhook/fast').then(() => order.push('fast'));
    await Promise.all([slow, fast]);
    expect(order).toEqual(['fast', 'slow {}']);
  });

  it.each([
    ['no path', { pathPrefix: 'webhook', status: 500 }],
    ['no status', { pathPrefix: '/webhook', status: 42 }],
    ['no times', { pathPrefix: '/webhook', status: 500, times: 0 }],
    ['a misspelt key', { pathPrefix: '/webhook', status: 500, delay: 5 }],
  ])('rejects an order with %s', async (_, order) => {
    const { client } = await sink();
    await expect(client.behave(order)).rejects.toThrow('rejected POST /_sink/behaviour');
  });
});

describe("the sink's memory", () => {
  it('drops the oldest beyond its limit, while count and file go on', () => {
    const file = join(temporaryFolder(), 'requests.ndjson');
    const record = new SinkRecord(file, 1_000);
    const request = { time: '2026-11-23T00:00:00Z', method: 'POST', host: 'h', path: '/p', query: {}, headers: {} };
    for (let n = 0; n < 10; n++) {
      record.add({ ...request, body: 'x'.repeat(300), bodyEncoding: 'utf8', truncated: false, status: 200 });
    }
    expect(record.count).toBe(10);
    expect(record.list(0, '').map((one) => one.number)).toEqual([9, 10]);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(10);
  });
});
