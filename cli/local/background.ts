import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import getPort, { clearLockedPorts } from 'get-port';
import { UserError } from '#cli/user-error.ts';
import { nodeBinDirectory } from './paths.ts';
import { type Ending, endFamily, findProcess, identify } from './processes.ts';
import { type RunningProcess, readState, removeState, runningProcess, writeState } from './state.ts';

/** Where a server of ours that runs in the background keeps what it writes. */
export interface ServerPaths {
  readonly base: string;
  readonly state: string;
  readonly log: string;
}

/** A server of ours that goes on after the command that started it. */
export interface BackgroundServer {
  /** As it is called in messages: `The sink`. */
  readonly name: string;
  /** The entry. It is given the port and the address to listen at, then `args`. */
  readonly main: string;
  readonly args: readonly string[];
  /** One of `args`: what its command line has and no other. */
  readonly marker: string;
  readonly paths: ServerPaths;
  /** The address that it listens at. */
  readonly host: string;
  /** Ports it had better have, the best first. */
  readonly ports: readonly number[];
  /** The path at which it says who it is: `{"pid": …}`. */
  readonly selfPath: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Where a server is for us. */
export const urlOf = (host: string, port: number): string =>
  `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;

/** The server, if it runs and answers. */
export async function runningServer(
  server: Pick<BackgroundServer, 'paths' | 'marker' | 'host' | 'selfPath'>,
): Promise<RunningProcess | undefined> {
  const state = readState(server.paths.state, runningProcess);
  if (state === undefined || (await findProcess(state, server.marker)) === undefined) return undefined;
  return (await answers(server, state)) ? state : undefined;
}

/** Starts it, in place of the one of an earlier start. @throws UserError with its log where it does not come up */
export async function startServer(root: string, server: BackgroundServer): Promise<RunningProcess> {
  const { paths, host, marker } = server;
  const earlier = readState(paths.state, runningProcess);
  await endServer(server);
  mkdirSync(paths.base, { recursive: true });
  // A port that this process has given to the earlier one is free again.
  clearLockedPorts();
  const port = await getPort({ port: [...(earlier ? [earlier.port] : []), ...server.ports], host });
  const log = openSync(paths.log, 'w');
  const child = spawn(
    join(nodeBinDirectory(root), 'node'),
    ['--disable-warning=ExperimentalWarning', server.main, String(port), host, ...server.args],
    {
      cwd: paths.base,
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: nodeBinDirectory(root), ...server.env },
    },
  );
  closeSync(log);
  child.on('error', () => undefined); // shows as "not running" below
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  child.unref();
  if (identity !== undefined) {
    const state = { ...identity, port, startedAt: new Date().toISOString() };
    writeState(paths.state, state);
    const end = performance.now() + 10_000;
    while (performance.now() < end && (await findProcess(identity, marker)) !== undefined) {
      if (await answers(server, state)) return state;
      await delay(25);
    }
    await endServer(server);
  }
  throw new UserError(
    `${server.name} did not start on ${host}:${port}. Its log (${paths.log}):\n${readFileSync(paths.log, 'utf8')}`,
  );
}

/** Ends it, whether it answers or not. */
export async function endServer({ paths, marker }: Pick<BackgroundServer, 'paths' | 'marker'>): Promise<Ending> {
  const state = readState(paths.state, runningProcess);
  const ending = state === undefined ? 'absent' : await endFamily(state, marker);
  removeState(paths.state);
  return ending;
}

async function answers(
  { host, selfPath }: Pick<BackgroundServer, 'host' | 'selfPath'>,
  { port, pid }: RunningProcess,
): Promise<boolean> {
  try {
    const response = await fetch(`${urlOf(host, port)}${selfPath}`, { signal: AbortSignal.timeout(2_000) });
    const body = (await response.json()) as { pid?: unknown };
    return body.pid === pid;
  } catch {
    return false;
  }
}
