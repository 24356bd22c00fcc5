import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '#cli/user-error.ts';

const OLDEST = [3, 10] as const;
const CANDIDATES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const PROBE = `import json, sys
missing = []
for name in ('venv', 'ensurepip'):
    try: __import__(name)
    except ImportError: missing.append(name)
print(json.dumps({'version': list(sys.version_info[:3]), 'missing': missing}))`;

const INSTALL_PYTHON =
  'Install it, e.g. `sudo apt install python3 python3-venv` (Debian, Ubuntu), `sudo dnf install python3` (Fedora), `brew install python` (macOS).';

/** A program in Python that gets a virtual environment of its own. */
export interface PythonProgram {
  readonly name: string;
  /** What is installed, how large it is and how often: goes on after "Installing". */
  readonly installing: string;
  /** What has to be importable once it is there. */
  readonly modules: readonly string[];
  /** What it is for and where it goes: a sentence. */
  readonly why: string;
  /** How one does without it: a sentence. */
  readonly orElse: string;
}

/** What one Python on PATH said about itself. */
export interface PythonProbe {
  readonly command: string;
  readonly version: readonly [number, number, number];
  readonly missing: readonly string[];
}

/** Asks the Pythons on PATH what they are; those that are absent or broken are left out. */
function probePythons(env: NodeJS.ProcessEnv = process.env): PythonProbe[] {
  const found: PythonProbe[] = [];
  for (const command of CANDIDATES) {
    const answer = spawnSync(command, ['-c', PROBE], { encoding: 'utf8', env, timeout: 20_000 });
    if (answer.status !== 0) continue;
    const { version, missing } = JSON.parse(answer.stdout) as Pick<PythonProbe, 'version' | 'missing'>;
    const probe = { command, version, missing };
    found.push(probe);
    if (isUsable(probe)) break;
  }
  return found;
}

/** The first Python that will do; otherwise an error that says what is missing, what for, and what to install. */
export function choosePython(found: readonly PythonProbe[], { why, orElse }: PythonProgram): PythonProbe {
  const usable = found.find(isUsable);
  if (usable !== undefined) return usable;
  const recent = found.find(isRecent);
  if (recent !== undefined) {
    const version = recent.version.slice(0, 2).join('.');
    throw new UserError(
      `Python ${recent.version.join('.')} (${recent.command}) lacks the standard module${recent.missing.length > 1 ? 's' : ''} ${recent.missing.join(' and ')}.\n${why}\n` +
        `Install what is missing, e.g. \`sudo apt install python${version}-venv\` (Debian, Ubuntu).\n${orElse}`,
    );
  }
  const [old] = found;
  const what =
    old === undefined
      ? `Python ${OLDEST.join('.')} or newer is needed, and there is no Python on the PATH.`
      : `Python ${OLDEST.join('.')} or newer is needed; ${old.command} on the PATH is ${old.version.join('.')}.`;
  throw new UserError(`${what}\n${why}\n${INSTALL_PYTHON}\n${orElse}`);
}

function isRecent(probe: PythonProbe): boolean {
  const [major, minor] = probe.version;
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function isUsable(probe: PythonProbe): boolean {
  return isRecent(probe) && probe.missing.length === 0;
}

/**
 * Makes a virtual environment hold exactly what the requirements file says, and does nothing when it already does.
 * Returns the path of its Python. An installation that was cut short is started over.
 */
export function ensureVenv(options: {
  readonly program: PythonProgram;
  readonly venv: string;
  readonly requirements: string;
  readonly logFile: string;
  readonly log: (line: string) => void;
}): string {
  const { program, venv, requirements, logFile, log } = options;
  const python = join(venv, 'bin', 'python');
  const stamp = join(venv, 'installed-requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && runs(python, program)) return python;

  const { command } = choosePython(probePythons(), program);
  log(`Installing ${program.installing} ...`);
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(dirname(venv), { recursive: true });
  rmSync(logFile, { force: true });
  const step = (executable: string, args: string[], what: string): void =>
    run(program, logFile, executable, args, what);
  step(command, ['-m', 'venv', venv], 'creating a Python virtual environment');
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--requirement', requirements];
  step(python, pip, `installing ${program.name} with pip (it needs the Python package index, or a mirror set in pip)`);
  writeFileSync(stamp, wanted);
  return python;
}

function runs(python: string, { modules }: PythonProgram): boolean {
  return spawnSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore', timeout: 60_000 }).status === 0;
}

function run({ orElse }: PythonProgram, logFile: string, command: string, args: string[], what: string): void {
  const done: SpawnSyncReturns<string> = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}`;
  appendFileSync(logFile, `$ ${command} ${args.join(' ')}\n${output}\n`);
  if (done.status === 0) return;
  const reason = done.error?.message ?? `it ended with ${done.status ?? done.signal}`;
  const tail = output.trim().split('\n').slice(-12).join('\n');
  throw new UserError(`Failed at ${what}: ${reason}.\n${tail}\nAll of it: ${logFile}\n${orElse}`);
}
