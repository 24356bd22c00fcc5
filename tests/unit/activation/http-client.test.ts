import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { isPublicAddress } from '#lambdas/runtime/address-guard.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const request = (url: string, change: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: { 'x-test': 'yes' },
  body: 'grüße',
  timeoutMs: 60_000,
  ...change,
});

/** A resolver that says so. */
const resolvesTo =
  (...addresses: string[]): LookupFunction =>
  (_hostname, options, callback) => {
    const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, all);
    else callback(null, all[0]!.address, all[0]!.family);
  };

describe('requests', () => {
  const http = createHttpClient({ allowPrivate: true });

  it('bring headers and body, and the answer back', async () => {
    const url = await serve((incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => answer.writeHead(202).end(`${incoming.headers['x-test']}:${Buffer.concat(chunks)}`));
    });
    expect(await http(request(url))).toMatchObject({ kind: 'response', status: 202, body: 'yes:grüße' });
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['soon', undefined],
    ['-5', undefined],
  ])('say for how long a destination asks to be left alone (%s)', async (header, ms) => {
    const url = await serve((_, answer) => void answer.writeHead(429, { 'retry-after': header }).end());
    const outcome = await http(request(url));
    expect(outcome.kind === 'response' && outcome.retryAfterMs).toBe(ms);
  });

  it('understand a date at which a destination may be asked again', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-01T10:00:00.250Z') });
    onTestFinished(() => void vi.useRealTimers());
    const url = await serve(
      (_, answer) => void answer.writeHead(503, { 'retry-after': 'Sun, 01 Mar 2026 10:01:00 GMT' }).end(),
    );
    const outcome = await http(request(url));
    expect(outcome.kind === 'response' && outcome.retryAfterMs).toBe(59_750);
  });

  it('do not follow a redirect', async () => {
    let asked = 0;
    const url = await serve((_, answer) => {
      asked++;
      answer.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await http(request(url))).toMatchObject({ kind: 'response', status: 302 });
    expect(asked).toBe(1);
  });

  it('end when the answer takes too long to begin, or to end', async () => {
    const silent = await serve(() => undefined);
    expect(await http(request(silent, { timeoutMs: 50 }))).toEqual({ kind: 'timeout' });
    const unbounded = await serve((_, answer) => void answer.writeHead(200).write('a'));
    expect(await http(request(unbounded, { timeoutMs: 50 }))).toEqual({ kind: 'timeout' });
  });

  it('read no more of an answer than is of interest', async () => {
    const url = await serve((_, answer) => void answer.end('x'.repeat(1_000_000)));
    const outcome = await http(request(url));
    expect(outcome.kind === 'response' && outcome.body.length).toBe(64 * 1024);
  });

  it('say what was wrong with the line', async () => {
    const url = await serve((incoming) => incoming.socket.destroy());
    expect(await http(request(url))).toEqual({ kind: 'network', code: 'ECONNRESET' });
  });

  /** Closes a connection when it is used for the second time, or for something that may come once only. */
  async function closing(): Promise<{ readonly url: string; readonly arrived: string[] }> {
    const arrived: string[] = [];
    const used = new WeakSet<object>();
    const url = await serve((incoming, answer) => {
      const what = String(incoming.headers['x-test']);
      arrived.push(what);
      const isAgain = used.has(incoming.socket);
      used.add(incoming.socket);
      if (isAgain || what === 'text') incoming.socket.destroy();
      else answer.end('taken');
    });
    return { url: url.replace('127.0.0.1', 'kept.example.com'), arrived };
  }

  it('are made once more where a kept connection was closed just when it was used again, by the same resolver', async () => {
    const { url, arrived } = await closing();
    const resolving = createHttpClient({ allowPrivate: true, lookup: resolvesTo('127.0.0.1') });
    for (let i = 0; i < 2; i += 1) expect(await resolving(request(url))).toMatchObject({ status: 200, body: 'taken' });
    expect(arrived).toEqual(['yes', 'yes', 'yes']);
  });

  it('are never made twice where they may come once only', async () => {
    const { url, arrived } = await closing();
    const resolving = createHttpClient({ allowPrivate: true, lookup: resolvesTo('127.0.0.1') });
    await resolving(request(url));
    const text = request(url, { once: true, headers: { 'x-test': 'text' } });
    expect(await resolving(text)).toEqual({ kind: 'network', code: 'ECONNRESET' });
    expect(arrived).toEqual(['yes', 'text']);
  });
});

describe('requests that must stay outside', () => {
  const inside = ['http://127.0.0.1/', 'http://hooks.example.com/', 'ftp://hooks.example.com/'];

  it.each(inside)('are not made without TLS: %s', async (url) => {
    const http = createHttpClient({ allowPrivate: false });
    expect(await http(request(url))).toEqual({ kind: 'blocked', reason: 'not-https' });
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.1.2.3/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00:ec2::254]/',
  ])('are not made to the address %s', async (url) => {
    const http = createHttpClient({ allowPrivate: false });
    expect(await http(request(url))).toEqual({ kind: 'blocked', reason: 'private-address' });
  });

  it('are not made to a name that leads inside, though it also leads outside', async () => {
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['fe80::1']]) {
      const http = createHttpClient({ allowPrivate: false, lookup: resolvesTo(...addresses) });
      expect(await http(request('https://inside.example.com/'))).toEqual({
        kind: 'blocked',
        reason: 'private-address',
      });
    }
  });

  it('look at the address that is connected to, not at one that was resolved before', async () => {
    let resolved = 0;
    const rebinding: LookupFunction = (hostname, options, callback) => {
      resolved++;
      resolvesTo('127.0.0.1')(hostname, options, callback);
    };
    const http = createHttpClient({ allowPrivate: false, lookup: rebinding });
    expect(await http(request('https://rebind.example.com/'))).toMatchObject({ kind: 'blocked' });
    expect(resolved).toBe(1);
  });
});

describe('public addresses', () => {
  it.each(['8.8.8.8', '93.184.216.34', '172.15.0.1', '172.32.0.1', '192.167.1.1', '2606:4700::1111'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.1.2.3',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false));
});
