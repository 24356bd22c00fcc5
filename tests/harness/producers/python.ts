import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureVenv } from '#cli/local/python.ts';
import { projectRoot } from '#cli/root.ts';
import { UserError } from '#cli/user-error.ts';

/** Packages that write files, each in a virtual environment of its own, so that one that does not install is missed alone. */
/** A client for AEP and what it needs: it names no versions itself. */
const AEPP = [
  'aepp==0.6.0',
  'datamodel-code-generator==0.89.0',
  'matplotlib==3.11.2',
  'pandas==3.1.1',
  'requests==2.34.2',
];

const PACKAGES = {
  pandas: { modules: ['pandas', 'pyarrow'], requirements: ['pandas==3.1.1', 'pyarrow==26.0.1'] },
  polars: { modules: ['polars'], requirements: ['polars==2.1.0'] },
  duckdb: { modules: ['duckdb'], requirements: ['duckdb==2.0.1'] },
  kinesis: {
    modules: ['aws_kinesis_agg'],
    requirements: ['aws-kinesis-agg==1.2.3', 'protobuf==7.36.2', 'six==1.17.0'],
  },
  aepp: { modules: ['aepp'], requirements: AEPP },
  spark: { modules: ['pyspark'], requirements: ['pyspark==4.3.0'] },
} as const satisfies Readonly<Record<string, { modules: readonly string[]; requirements: readonly string[] }>>;
export type PythonPackage = keyof typeof PACKAGES;

/** Nothing of the repository: it goes with `node_modules`. */
const CACHE = join(projectRoot, 'node_modules', '.cache', 'producers');

/** The Python that has a package, or why there is none. */
export function pythonWith(name: PythonPackage): { readonly python: string } | { readonly notRun: string } {
  if (name === 'spark' && process.env.TRIBUTARY_PRODUCERS !== 'all') {
    return { notRun: 'Spark itself is 500 MB and needs Java: TRIBUTARY_PRODUCERS=all runs it' };
  }
  const { modules, requirements } = PACKAGES[name];
  const base = join(CACHE, name);
  mkdirSync(base, { recursive: true });
  const file = join(base, 'requirements.txt');
  writeFileSync(file, `${requirements.join('\n')}\n`);
  const program = {
    name,
    installing: `${name} for the tests of producers (once)`,
    modules,
    why: `Files that ${name} writes are ingested by the tests; it is installed into ${base} and nowhere else.`,
    orElse: 'All other tests run without it.',
  };
  const log = (): void => {};
  try {
    const logFile = join(base, 'install.log');
    return { python: ensureVenv({ program, venv: join(base, 'venv'), requirements: file, logFile, log }) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { notRun: error.message.split('\n', 1)[0]! };
  }
}

/**
 * Says in one line what does not run for want of a package; where `TRIBUTARY_CHECKS=all` asks for everything, that is an
 * error, except for Spark, which is never installed unasked.
 */
export function sayNotRun(what: string, name: PythonPackage, reason: string): void {
  const line = `Not run: ${what}. ${reason}`;
  if (process.env.TRIBUTARY_CHECKS === 'all' && name !== 'spark') throw new Error(line);
  console.log(line);
}

/** Runs a program in Python in a folder. @throws Error with what it has printed when it fails */
export function runPython(python: string, code: string, folder: string, env: NodeJS.ProcessEnv = {}): string {
  const done = spawnSync(python, ['-c', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, TZ: 'UTC', ...env },
    timeout: 300_000,
  });
  if (done.status !== 0)
    throw new Error(`${done.error?.message ?? `Python ended with ${done.status}`}\n${done.stderr}`);
  return done.stdout;
}
