import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { UserError } from '#cli/user-error.ts';
import { withLock } from './lock.ts';
import { localPaths, nodeBinDirectory } from './paths.ts';
import { endFamily, findProcess, identify } from './processes.ts';
import { SinkClient } from './sink-client.ts';
import { type RunningProcess, readState, removeState, runningProcess, writeState } from './state.ts';

export { SinkClient } from './sink-client.ts';
export type { SinkRequest } from './sink-record.ts';

const PREFERRED_PORT = 4610;
const MAIN = fileURLToPath(new URL('./sink-main.ts', import.meta.url));

/** A running stand-in for the outside world. */
export interface Sink {
  /** Where it is for us. */
  readonly url: string;
  /** Where it is for Lambdas: the same, or what SINK_URL says when they run elsewhere (in containers). */
  readonly urlForLambdas: string;
  readonly client: SinkClient;
  /** Whether this very call started it. */
  readonly started: boolean;
}

/** What the sink of this checkout has in its command line: the file it writes. */
export function sinkMarker(root: string): string {
  return localPaths(root).sink.requests;
}

/**
 * The sink of this checkout: reused if it runs, else started in the background on 127.0.0.1 (SINK_HOST to bind another
 * address, for Lambdas in containers; SINK_URL for the address they know it by).
 */
export async function startSink(options: {
  readonly root: string;
  readonly caller?: NodeJS.ProcessEnv;
}): Promise<Sink> {
  const { root, caller = process.env } = options;
  return withLock(join(localPaths(root).base, 'sink.lock'), async () => {
    const host = caller.SINK_HOST || '127.0.0.1';
    const running = await runningSink(root, host);
    const state = running ?? (await start(root, host));
    const url = urlOf(host, state.port);
    return {
      url,
      urlForLambdas: (caller.SINK_URL || url).replace(/(?<!\/)\/+$/, ''),
      client: new SinkClient(url),
      started: running === undefined,
    };
  });
}

/** The sink of this checkout, if it runs. */
export async function findSink(root: string, caller: NodeJS.ProcessEnv = process.env): Promise<SinkClient | undefined> {
  const host = caller.SINK_HOST || '127.0.0.1';
  const running = await runningSink(root, host);
  return running && new SinkClient(urlOf(host, running.port));
}

async function runningSink(root: string, host: string): Promise<RunningProcess | undefined> {
  const state = readState(localPaths(root).sink.state, runningProcess);
  if (state === undefined || (await findProcess(state, sinkMarker(root))) === undefined) return undefined;
  return (await answers(urlOf(host, state.port), state.pid)) ? state : undefined;
}

async function start(root: string, host: string): Promise<RunningProcess> {
  const paths = localPaths(root).sink;
  const earlier = readState(paths.state, runningProcess);
  if (earlier !== undefined) await endFamily(earlier, sinkMarker(root));
  removeState(paths.state);
  mkdirSync(paths.base, { recursive: true });
  const port = await getPort({ port: PREFERRED_PORT, host });
  const log = openSync(paths.log, 'w');
  const child = spawn(join(nodeBinDirectory(root), 'node'), [MAIN, String(port), host, paths.requests], {
    cwd: paths.base,
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: nodeBinDirectory(root) },
  });
  closeSync(log);
  child.on('error', () => undefined); // shows as "not running" below
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  child.unref();
  if (identity !== undefined) {
    const state = { ...identity, port, startedAt: new Date().toISOString() };
    writeState(paths.state, state);
    const end = performance.now() + 10_000;
    while (performance.now() < end && (await findProcess(identity, sinkMarker(root))) !== undefined) {
      if (await answers(urlOf(host, port), identity.pid)) return state;
      await delay(25);
    }
    await endFamily(identity, sinkMarker(root));
    removeState(paths.state);
  }
  throw new UserError(
    `The sink did not start on ${host}:${port}. Its log (${paths.log}):\n${readFileSync(paths.log, 'utf8')}`,
  );
}

async function answers(url: string, pid: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_sink/count`, { signal: AbortSignal.timeout(2_000) });
    const body = (await response.json()) as { pid?: unknown };
    return body.pid === pid;
  } catch {
    return false;
  }
}

function urlOf(host: string, port: number): string {
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
}
