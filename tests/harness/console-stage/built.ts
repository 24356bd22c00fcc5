import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { projectRoot } from '#cli/root.ts';

const CONSOLE = join(projectRoot, 'console');

/** Builds the console where it is older than what it is made of: set-up of tests that look at it. */
export async function setup(): Promise<void> {
  const page = join(CONSOLE, 'dist', 'index.html');
  if (existsSync(page) && statSync(page).mtimeMs > newestIn(CONSOLE)) return;
  await build({ configFile: join(CONSOLE, 'vite.config.ts'), logLevel: 'warn' });
}

const newestIn = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).includes(join(CONSOLE, 'dist')))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
