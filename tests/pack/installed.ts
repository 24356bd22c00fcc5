import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What this run of npm and of the tests has put into the environment. The rest is the user's, as where packages come from:
 * with the Node of the checkout first on `PATH`, npm would not find even its global settings by itself.
 */
const OF_THIS_RUN =
  /^(npm_(package|lifecycle)_.*|npm_(command|execpath|node_execpath)|npm_config_(local_prefix|loglevel)|INIT_CWD|NODE_(ENV|OPTIONS)|(VITEST|POWERTOOLS|TRIBUTARY)_.*|VITEST|TEST|FORCE_COLOR)$/;

/** Runs a program to its end, as from a shell of the user. */
export function run(program: string, args: readonly string[], cwd: string, path = process.env.PATH): Promise<Run> {
  const own = Object.entries(process.env).filter(([name]) => !OF_THIS_RUN.test(name));
  const env = { ...Object.fromEntries(own), PATH: path, npm_config_update_notifier: 'false' };
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 1_048_576 }, (error, stdout, stderr) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
}

async function succeed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, cwd);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

export interface Installed {
  /** A folder that has the package in `node_modules`, and a copy of the examples. */
  readonly folder: string;
  /** Paths of the files in the tarball. */
  readonly files: readonly string[];
  /** Characters of all of them. */
  readonly unpackedSize: number;
}

/** Packs this checkout as `npm publish` would, and installs the tarball in an empty folder, with its dependencies. */
export async function installTarball(temporary: string): Promise<Installed> {
  const folder = join(await mkdtemp(join(temporary, 'tributary-pack-')), 'empty');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const packed = await succeed('npm', ['pack', '--silent', '--json', '--pack-destination', folder], ROOT);
  const [{ filename, files, unpackedSize }] = JSON.parse(packed.slice(packed.indexOf('['))) as [PackedTarball];
  await succeed(
    'npm',
    ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', filename],
    folder,
  );
  await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  return { folder, files: files.map(({ path }) => path), unpackedSize };
}

interface PackedTarball {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
  readonly unpackedSize: number;
}

/** A Node on this machine. */
export interface Node {
  readonly major: number;
  readonly version: string;
  readonly path: string;
  /** A `PATH` on which it is the first. */
  readonly asFirst: string;
}

/** One Node of every major version on `PATH`, oldest first; the one that runs this is always among them. */
export async function nodesHere(): Promise<readonly Node[]> {
  const found = new Map<number, Node>();
  const folders = [join(process.execPath, '..'), ...(process.env.PATH ?? '').split(delimiter)];
  for (const folder of new Set(folders)) {
    const path = join(folder, 'node');
    const { code, stdout } = await run(path, ['--version'], '/');
    const version = stdout.trim();
    const major = Number(/^v(\d+)\./.exec(version)?.[1]);
    if (code !== 0 || found.has(major)) continue;
    found.set(major, { major, version, path, asFirst: [folder, process.env.PATH].join(delimiter) });
  }
  return [...found.values()].sort((one, other) => one.major - other.major);
}
