import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consoleListener } from '#cli/local/console-server.ts';
import { openSession } from '#cli/local/console-session.ts';
import { gatewayListener } from '#cli/local/gateway-server.ts';
import { onceTokens } from '#cli/local/once-tokens.ts';
import { callersOfStage } from '#tests/harness/core/callers.ts';

const MINUTE = 60_000;

describe('a token that counts once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-once-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('counts for five minutes, once, also where many come at the same time', async () => {
    let now = 0;
    const tokens = onceTokens(folder, () => now);
    const [used, late] = [tokens.issue(), tokens.issue()];
    now = 4.9 * MINUTE;
    const taken = await Promise.all(Array.from({ length: 20 }, () => tokens.take(used)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    now = 5 * MINUTE;
    expect(await tokens.take(late)).toBe(false);
    expect(await tokens.take('../../etc/passwd')).toBe(false);
  });

  it('stands nowhere itself, and goes when it is too old', () => {
    let now = 0;
    const tokens = onceTokens(folder, () => now);
    const token = tokens.issue();
    expect(readdirSync(folder).join()).not.toContain(token);
    now = 6 * MINUTE;
    tokens.issue();
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe('the console behind the gateway', () => {
  let [folder, url] = ['', ''];
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-console-'));
    mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'dist', 'index.html'), '<script nonce="CSP_NONCE"></script>');
    writeFileSync(join(folder, 'dist', 'assets', 'main.js'), 'run()');
    writeFileSync(join(folder, 'secret.js'), 'secret');
    const callers = await callersOfStage({ stage: 'local', now: Date.now });
    const { client, secret } = await callers.create(['operate:read']);
    writeFileSync(join(folder, 'client.json'), JSON.stringify({ id: client.id, secret, name: 'ada', stage: 'local' }));
    const token = await listen(
      createServer(async (incoming, response) => {
        const form = new URLSearchParams(Buffer.concat(await incoming.toArray()).toString('utf8'));
        const { status, body } = await callers.ask(Object.fromEntries(form));
        response.writeHead(status).end(JSON.stringify(body));
      }),
    );
    const upstreams = () => ({ token: { url: token, headers: {} } });
    const places = { onceTokens: join(folder, 'once'), client: join(folder, 'client.json'), upstreams };
    const own = consoleListener({ folder: join(folder, 'dist'), openSession: openSession(places) });
    url = await listen(createServer(gatewayListener({ upstreams, own })));
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const signIn = (token: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/console/session`, { method: 'POST', body: JSON.stringify({ token }), headers });
  const newToken = () => onceTokens(join(folder, 'once'), Date.now).issue();

  it('exchanges a token that counts once for one of the stage, with what its client may do', async () => {
    const once = newToken();
    const response = await signIn(once);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const session = (await response.json()) as { token: string };
    expect(session).toMatchObject({ name: 'ada', scopes: ['operate:read'], stage: 'local' });
    expect(session.token.split('.')).toHaveLength(3);
    expect((await signIn(once)).status).toBe(401);
  });

  it('signs in nobody with anything else, nor a page of another origin', async () => {
    for (const token of ['guess', '', 7, null, { a: 1 }, 'x'.repeat(10_000)]) {
      expect([400, 401]).toContain((await signIn(token)).status);
    }
    const once = newToken();
    expect((await signIn(once, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await signIn(once, { origin: url })).status).toBe(200);
  });

  it('shows its page at every address of a screen with a nonce of its own, and its files only', async () => {
    const pages = await Promise.all(['/console', '/console/audiences/new'].map((path) => fetch(url + path)));
    const nonces = pages.map(({ headers }) => /'nonce-([^']+)'/.exec(headers.get('content-security-policy')!)![1]!);
    expect(new Set(nonces).size).toBe(2);
    expect(await pages[0]!.text()).toContain(nonces[0]);
    const file = await fetch(`${url}/console/assets/main.js`);
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['text/javascript; charset=utf-8', 'run()']);
    for (const path of ['/console/assets/..%2f..%2fsecret.js', '/console/assets/none.js', '/console/assets/']) {
      expect((await fetch(url + path)).status).toBe(404);
    }
  });
});
