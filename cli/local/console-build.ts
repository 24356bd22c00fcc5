import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { UserError } from '#cli/user-error.ts';

/** Where the console is built to. */
export const consoleFolder = (root: string): string => join(root, 'console', 'dist');

/** Builds the console where it is not built, or older than what it is made of. */
export async function buildConsole(root: string): Promise<void> {
  const page = join(consoleFolder(root), 'index.html');
  if (existsSync(page) && statSync(page).mtimeMs > newestSource(root)) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--config', join(root, 'console', 'vite.config.ts'), '--logLevel', 'error'];
  // Whoever builds: tests would get the parts of libraries that are for developers.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString('utf8');
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new UserError(`The console cannot be built:\n${said.slice(-2_000)}`);
}

/** What the console is made of, below the project. */
const SOURCES = ['console', 'client', join('core', 'segmentation')];

function newestSource(root: string): number {
  const built = consoleFolder(root) + sep;
  const times = SOURCES.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
      .filter(({ entry, path }) => entry.isFile() && !path.startsWith(built))
      .map(({ path }) => statSync(path).mtimeMs),
  );
  return times.reduce((newest, time) => Math.max(newest, time), 0);
}
