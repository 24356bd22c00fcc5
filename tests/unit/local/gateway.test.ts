import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { gatewayListener } from '#cli/local/gateway-server.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the local gateway', () => {
  const seen: { url: string; host: string | undefined; forwarded: unknown; body: string }[] = [];
  async function gateway(isUp = true) {
    const upstream = await listening(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const { host, 'x-forwarded-host': forwarded } = request.headers;
      seen.push({ url: request.url!, host, forwarded, body: Buffer.concat(parts).toString() });
      response.writeHead(207, { 'set-cookie': ['a=1', 'b=2'], 'x-adobe-edge': 'IRL1;6' }).end('{"handle":[]}');
    });
    const edge = { url: `${isUp ? upstream : 'http://127.0.0.1:1'}/function`, headers: { host: 'function.example' } };
    return await listening(gatewayListener({ upstreams: () => ({ edge, batch: edge }) }));
  }
  const call = (url: string, method = 'POST') =>
    fetch(url, { method, headers: { origin: 'http://localhost:3000' }, ...(method === 'POST' && { body: '{"a":1}' }) });

  it('leads a path to its function, with the host that the page called, and hands back the whole answer', async () => {
    const answer = await call(`${await gateway()}/ee/irl1/v1/interact?configId=web`);
    expect([answer.status, answer.headers.getSetCookie(), await answer.text()]).toEqual([
      207,
      ['a=1', 'b=2'],
      '{"handle":[]}',
    ]);
    expect(seen.at(-1)).toEqual({
      url: '/function/ee/irl1/v1/interact?configId=web',
      host: 'function.example',
      forwarded: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      body: '{"a":1}',
    });
  });

  it.each(['/data/core/ups/access/entities', '/ee', '/ee/', '/collection/shop/and/more', '/'])(
    'has no way to %s',
    async (path) => {
      expect((await fetch(`${await gateway()}${path}`)).status).toBe(404);
    },
  );

  it('says readably what cannot be called on the edge host', async () => {
    const answer = await call(`${await gateway()}/collection/shop`);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, 'http://localhost:3000']);
  });

  /** `fetch` says for itself what the host is. */
  const statusOf = (url: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      request(url, { headers, method: 'POST' }, (answer) => resolve(answer.resume().statusCode!))
        .on('error', reject)
        .end();
    });

  it('answers the paths of the management host to this machine only: no other name, and no page of another origin', async () => {
    const url = `${await gateway()}/batches`;
    const { host, port } = new URL(url);
    expect(await statusOf(url, {})).toBe(207);
    expect(await statusOf(url, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(207);
    expect(await statusOf(url, { host: `rebound.example:${port}` })).toBe(421);
    expect(await statusOf(url, { host: `127.0.0.1.rebound.example:${port}` })).toBe(421);
    for (const origin of ['http://localhost:3000', `https://${host}`, `http://localhost:${port}`, 'null']) {
      expect(await statusOf(url, { origin }), origin).toBe(403);
    }
    expect(await statusOf(url.replace('/batches', '/'), { origin: 'http://localhost:3000' })).toBe(403);
    expect(seen.filter(({ url: called }) => called.endsWith('/batches'))).toHaveLength(2);
  });

  it('answers the paths of the edge host to everybody, under every name', async () => {
    const url = `${await gateway()}/ee/v1/interact`;
    expect(await statusOf(url, { host: 'edge.shop.example', origin: 'https://www.shop.example' })).toBe(207);
    expect(seen.at(-1)!.forwarded).toBe('edge.shop.example');
  });

  it('lets in the methods of the route only', async () => {
    const url = await gateway();
    expect((await call(`${url}/ee/v1/interact`, 'GET')).status).toBe(404);
    expect((await call(`${url}/ee/v1/interact`, 'OPTIONS')).status).toBe(207);
  });

  it('can be read when the stage does not answer', async () => {
    const answer = await call(`${await gateway(false)}/ee/v1/interact`);
    expect([answer.status, answer.headers.get('access-control-allow-credentials')]).toEqual([503, 'true']);
  });
});
