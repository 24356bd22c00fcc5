import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { UserError } from '#cli/user-error.ts';
import { ministackIsReady } from './detect.ts';
import { DEFAULT_ACCOUNT, type LocalCredentials } from './environment.ts';
import { localPaths, nodeBinDirectory } from './paths.ts';
import { endFamily, findProcess, identify } from './processes.ts';
import { ensureVenv, type PythonProgram } from './python.ts';
import { type RunningProcess, readState, removeState, runningProcess, writeState } from './state.ts';

/** A key of twelve digits is the account number; the secret is what presigned URLs are checked against. */
export const MINISTACK_CREDENTIALS: LocalCredentials = { accessKeyId: DEFAULT_ACCOUNT, secretAccessKey: 'test' };

export const MINISTACK: PythonProgram = {
  name: 'MiniStack',
  installing: 'the local AWS (MiniStack, about 90 MB, once)',
  modules: ['ministack', 'boto3'],
  why: 'The local AWS that `npm start` brings along (MiniStack) is a Python program; it is installed into .local/ministack/venv and nowhere else.',
  orElse: 'Or start a local AWS of your own and set AWS_ENDPOINT_URL to it: see docs/local.md.',
};

const PREFERRED_PORT = 4600;
const READY_WITHIN_MS = 30_000;
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));

export interface Ministack {
  readonly endpoint: string;
  readonly started: boolean;
  readonly startedAt: string;
}

/** What a running MiniStack of this checkout has in its command line: its own virtual environment. */
export function ministackMarker(root: string): string {
  return `${localPaths(root).ministack.venv}/`;
}

/** The MiniStack started earlier from this checkout, if it still runs and answers. */
export async function runningMinistack(root: string): Promise<RunningProcess | undefined> {
  const state = readState(localPaths(root).ministack.state, runningProcess);
  if (state === undefined || (await findProcess(state, ministackMarker(root))) === undefined) return undefined;
  return (await becomesReady(state, 5_000)) ? state : undefined;
}

/**
 * Uses the MiniStack of this checkout if it runs; else installs it if need be, starts it and waits until it is ready.
 * @param port which it is to have, if it is free
 */
export async function findOrStartMinistack(
  root: string,
  log: (line: string) => void,
  port = PREFERRED_PORT,
): Promise<Ministack> {
  const running = await runningMinistack(root);
  if (running !== undefined)
    return { endpoint: endpointOf(running.port), started: false, startedAt: running.startedAt };

  const paths = localPaths(root).ministack;
  const python = ensureVenv({
    program: MINISTACK,
    venv: paths.venv,
    requirements: REQUIREMENTS,
    logFile: paths.installLog,
    log,
  });
  await clearRemains(root);
  const state = await start(root, python, port);
  if (!(await becomesReady(state, READY_WITHIN_MS, ministackMarker(root)))) {
    await endFamily(state, ministackMarker(root));
    removeState(paths.state);
    const tail = readFileSync(paths.log, 'utf8').trim().split('\n').slice(-12).join('\n');
    throw new UserError(`MiniStack did not become ready on port ${state.port}. The end of ${paths.log}:\n${tail}`);
  }
  log(`Started MiniStack on ${endpointOf(state.port)} (log: ${paths.log})`);
  return { endpoint: endpointOf(state.port), started: true, startedAt: state.startedAt };
}

/** One that runs but no longer answers is ended; files of an earlier run go. */
async function clearRemains(root: string): Promise<void> {
  const paths = localPaths(root).ministack;
  const state = readState(paths.state, runningProcess);
  if (state !== undefined) await endFamily(state, ministackMarker(root));
  removeState(paths.state);
  rmSync(paths.run, { recursive: true, force: true });
}

async function start(root: string, python: string, preferred: number): Promise<RunningProcess> {
  const paths = localPaths(root).ministack;
  const temporary = join(paths.run, 'tmp');
  mkdirSync(temporary, { recursive: true });
  // Lambdas are unpacked below; without this they would take the checkout's "type": "module" for their own.
  writeFileSync(join(paths.run, 'package.json'), '{}\n');
  const port = await getPort({ port: [preferred, PREFERRED_PORT], host: '127.0.0.1' });
  const log = openSync(paths.log, 'w');
  // Its environment leaks into the Lambdas it runs: nothing but what is needed. A session of its own keeps Ctrl+C away.
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: paths.run,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      HOME: paths.run,
      TMPDIR: temporary,
      PATH: [nodeBinDirectory(root), '/usr/bin', '/bin'].join(delimiter),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      AWS_SECRET_ACCESS_KEY: MINISTACK_CREDENTIALS.secretAccessKey,
      STATE_DIR: join(paths.run, 'state'),
      S3_DATA_DIR: join(paths.run, 's3'),
      // CDK's own custom resources import the SDK that AWS's runtime would bring.
      NODE_PATH: join(root, 'node_modules'),
    },
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new UserError(`MiniStack could not be started with ${python}: ${error.message}`)),
    );
  });
  const pid = await Promise.race([failed, new Promise<number>((ok) => child.once('spawn', () => ok(child.pid ?? 0)))]);
  child.unref();
  const identity = await identify(pid);
  if (identity === undefined) throw new UserError(`MiniStack ended at once; see ${paths.log}`);
  const state = { ...identity, port, startedAt: new Date().toISOString() };
  writeState(paths.state, state);
  return state;
}

/** Waits for the ready answer; gives up early when the process (if `marker` says which) has ended. */
async function becomesReady(state: RunningProcess, withinMs: number, marker?: string): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    if (await ministackIsReady(endpointOf(state.port))) return true;
    if (performance.now() > end) return false;
    if (marker !== undefined && (await findProcess(state, marker)) === undefined) return false;
    await delay(50);
  }
}

/** The address of the embedded MiniStack on a port. */
export function endpointOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
