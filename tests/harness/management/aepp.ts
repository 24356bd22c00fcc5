import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#cli/root.ts';

/** What came of a call of a client. */
export interface Outcome {
  readonly class: string;
  readonly method: string;
  readonly outcome: 'works' | 'not implemented' | 'fails';
  readonly said: string;
}

/** Has aepp, a client for AEP, make its calls. @throws Error where the program ends before it is done */
export async function callsOf(
  python: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome[]> {
  const code = readFileSync(join(projectRoot, 'tests', 'producers', 'python', 'aepp_calls.py'), 'utf8');
  const own = { PATH: process.env.PATH, HOME: folder, TZ: 'UTC', NO_PROXY: '127.0.0.1' };
  // Not `spawnSync`: what it calls may be served by this very process.
  const run = spawn(python, ['-W', 'ignore', '-c', code], { cwd: folder, env: { ...own, ...env } });
  let [out, err] = ['', ''];
  run.stdout.on('data', (part: Buffer) => {
    out += part.toString('utf8');
  });
  run.stderr.on('data', (part: Buffer) => {
    err += part.toString('utf8');
  });
  const status = await new Promise((resolve) => run.on('close', resolve));
  if (status !== 0) throw new Error(err.slice(-2_000));
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome);
}
