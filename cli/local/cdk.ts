import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { UserError } from '#cli/user-error.ts';
import { reasonsOf } from './deploy-progress.ts';
import { nodeBinDirectory } from './paths.ts';
import { endFamily, identify } from './processes.ts';

/** One run of the CDK's command line. */
export interface CdkRun {
  readonly root: string;
  /** What it does, for messages: "synthesising the stacks". */
  readonly what: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where it runs; a `cdk.json` there decides about the app. @default root */
  readonly cwd?: string;
  /** All of its output is appended here. */
  readonly logFile: string;
  readonly timeoutMs: number;
  readonly onLine?: (line: string) => void;
}

/** Runs `cdk` to its end. Throws, with the lines that matter, when it fails or does not end in time. */
export async function runCdk(run: CdkRun): Promise<void> {
  const { root, what, args, env, cwd = root, logFile, timeoutMs, onLine } = run;
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const [verb] = args; // two of them may write at the same time
  const write = (line: string): void => appendFileSync(logFile, `[${verb}] ${line}\n`);
  write(`$ cdk ${args.join(' ')}`);
  const child = spawn(join(nodeBinDirectory(root), 'node'), [cdk, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'an unknown end'));
  });
  const both = new PassThrough();
  child.stdout.pipe(both, { end: false });
  child.stderr.pipe(both, { end: false });
  const lines: string[] = [];
  createInterface({ input: both }).on('line', (line) => {
    lines.push(line);
    write(line);
    onLine?.(line);
  });

  // Whoever runs this may be ended from outside; it must not go on without them.
  const abandon = (): void => void child.kill();
  process.once('exit', abandon);
  let late = false;
  const timer = setTimeout(async () => {
    late = true;
    const identity = child.pid === undefined ? undefined : await identify(child.pid);
    if (identity !== undefined) await endFamily(identity, cdk, 2_000);
  }, timeoutMs);
  const code = await closed.finally(() => {
    clearTimeout(timer);
    process.off('exit', abandon);
  });
  both.end();
  if (code === 0 && !late) return;
  const ending = late ? `it did not end within ${timeoutMs / 1_000} s` : `cdk ended with ${code}`;
  throw new UserError(`Failed at ${what}: ${ending}.\n${reasonsOf(lines)}\nAll of it: ${logFile}`);
}
