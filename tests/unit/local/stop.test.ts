import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '#cli/local/gateway.ts';
import { runningMinistack } from '#cli/local/ministack.ts';
import { localPaths } from '#cli/local/paths.ts';
import { identify, listProcesses } from '#cli/local/processes.ts';
import { startShop } from '#cli/local/shop.ts';
import { startSink } from '#cli/local/sink.ts';
import { writeState } from '#cli/local/state.ts';
import { orphansOf, stopLocalAws } from '#cli/local/stop.ts';
import type { DatastreamDefinition } from '#core/edge/definition.ts';
import { answering, temporaryFolder } from './support.ts';

/** A checkout with nothing in it; what is started from it is ended after the test. */
function checkout(): string {
  const root = temporaryFolder();
  onTestFinished(async () => void (await stopLocalAws(root)));
  return root;
}

const startedAt = '2026-11-23T22:00:00.000Z';
const isAlive = async (pid: number): Promise<boolean> => (await listProcesses()).some((one) => one.pid === pid);

describe('the sink as a background process', () => {
  it('is started once, reused, and ended by stop', async () => {
    const root = checkout();
    const first = await startSink({ root, caller: {} });
    const second = await startSink({ root, caller: {} });
    expect([first.started, second.started, second.url]).toEqual([true, false, first.url]);
    expect(await second.client.count()).toBe(0);

    const lines: string[] = [];
    expect(await stopLocalAws(root, (line) => lines.push(line))).toMatchObject({ sink: 'ended', ministack: 'absent' });
    expect(lines).toEqual(['Stopped the sink.']);
    await expect(first.client.count()).rejects.toThrow('fetch failed');
  });

  it('is known to Lambdas by SINK_URL when that is set', async () => {
    const { url, urlForLambdas } = await startSink({
      root: checkout(),
      caller: { SINK_URL: 'http://host.docker.internal:9/' },
    });
    expect(urlForLambdas).toBe('http://host.docker.internal:9');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('is started on another port than the usual one when something listens there', async () => {
    const other = createServer().listen(4610, '127.0.0.1');
    onTestFinished(() => void other.close());
    // An error says that it is taken already, which is as good.
    await Promise.race([once(other, 'listening'), once(other, 'error')]).catch(() => undefined);
    const { url, client } = await startSink({ root: checkout(), caller: {} });
    expect(url).not.toBe('http://127.0.0.1:4610');
    expect(await client.count()).toBe(0);
  });

  it('is started anew when the state is of a process that is gone', async () => {
    const root = checkout();
    writeState(localPaths(root).sink.state, { pid: process.pid, birth: 'long ago', port: 4610, startedAt });
    expect((await startSink({ root, caller: {} })).started).toBe(true);
  });
});

describe('the gateway and the shop as background processes', () => {
  const DATASTREAM = { id: 'shop-web', orgId: 'ABCDEF0123456789@AdobeOrg' } as DatastreamDefinition;

  it('keep their addresses when they are started again, lead to what was deployed last, and are ended by stop', async () => {
    const root = checkout();
    const stage = async (answer: string) => ({ url: await answering({ '/ee/v1/interact': answer }), headers: {} });
    const url = await startGateway(root, { edge: await stage('one'), access: await stage('not without a signature') });
    const call = async (path: string) => await (await fetch(`${url}${path}`, { method: 'POST' })).text();
    expect(await call('/ee/v1/interact')).toBe('one');
    expect(await call('/ups/access/entities')).not.toContain('signature');
    expect(await startGateway(root, { edge: await stage('another') })).toBe(url);
    expect(await call('/ee/v1/interact')).toBe('another');

    const shopUrl = await startShop(root, url, { datastreams: [DATASTREAM] });
    expect(shopUrl).toMatch(/^http:\/\/localhost:\d+$/);
    const page = await (await fetch(shopUrl!)).text();
    expect(page).toContain(`"edgeUrl":"${url}"`);
    expect(await startShop(root, url, { datastreams: [DATASTREAM] })).toBe(shopUrl);

    expect(await stopLocalAws(root)).toMatchObject({ gateway: 'ended', shop: 'ended' });
    for (const address of [url, shopUrl!]) await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it('are without a shop where the catalog has no datastream for it', async () => {
    const root = checkout();
    await startShop(root, 'http://127.0.0.1:1', { datastreams: [DATASTREAM] });
    expect(await startShop(root, 'http://127.0.0.1:1', { datastreams: [] })).toBeUndefined();
    expect(await stopLocalAws(root)).toMatchObject({ shop: 'absent' });
  });
});

describe('stopping', () => {
  it('says so when nothing was running', async () => {
    const lines: string[] = [];
    expect(await stopLocalAws(checkout(), (line) => lines.push(line))).toEqual({
      ministack: 'absent',
      sink: 'absent',
      gateway: 'absent',
      shop: 'absent',
      orphans: 0,
    });
    expect(lines).toEqual(['Nothing was running.']);
  });

  it('never touches a process that got the recorded number, and forgets the record', async () => {
    const root = checkout();
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    const identity = await identify(bystander.pid!);
    const paths = localPaths(root);
    writeState(paths.ministack.state, { ...identity, port: 4600, startedAt }); // the number and even the time fit
    writeState(paths.sink.state, { pid: identity!.pid, birth: 'long ago', port: 4610, startedAt });
    expect(await stopLocalAws(root)).toMatchObject({ ministack: 'absent', sink: 'absent' });
    expect(await isAlive(bystander.pid!)).toBe(true);
    expect([existsSync(paths.ministack.state), existsSync(paths.sink.state)]).toEqual([false, false]);
  });

  it('removes the data of the run and what describes its stacks, and keeps the installation', async () => {
    const root = checkout();
    const { ministack, deployRecord, outputs } = localPaths(root);
    for (const folder of [ministack.run, ministack.venv]) mkdirSync(folder, { recursive: true });
    writeState(ministack.state, { pid: process.pid, birth: 'long ago', port: 4600, startedAt });
    for (const file of [deployRecord, outputs, join(ministack.run, 'data')]) writeFileSync(file, '{}');
    await stopLocalAws(root);
    expect([ministack.run, deployRecord, outputs].map((path) => existsSync(path))).toEqual([false, false, false]);
    expect(existsSync(ministack.venv)).toBe(true);
  });

  it('keeps the record of a deployment to a local AWS that is not ours to stop', async () => {
    const root = checkout();
    writeState(localPaths(root).outputs, {});
    await stopLocalAws(root);
    expect(existsSync(localPaths(root).outputs)).toBe(true);
  });

  it('knows the Lambda workers of this checkout from all others', () => {
    const worker = (pid: number, run: string) => ({
      pid,
      parent: 1,
      group: 1,
      birth: 'b',
      command: `node ${run}/tmp/ministack-lambda-split-x1/_worker.js`,
    });
    const processes = [worker(11, '/home/a/.local/ministack/run'), worker(12, '/home/b/.local/ministack/run')];
    expect(orphansOf('/home/a/.local/ministack/run', processes).map((one) => one.pid)).toEqual([11]);
  });
});

describe('the embedded MiniStack that was started earlier', () => {
  it('is not taken for running when only something else answers on its port', async () => {
    const root = checkout();
    const url = await answering({ '/_ministack/ready': { status: 'completed' } });
    const identity = await identify(process.pid);
    writeState(localPaths(root).ministack.state, { ...identity, port: Number(new URL(url).port), startedAt });
    expect(await runningMinistack(root)).toBeUndefined();
  });

  it('is not looked for where no record is', async () => {
    expect(await runningMinistack(checkout())).toBeUndefined();
  });
});
