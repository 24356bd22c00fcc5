import { execFile } from 'node:child_process';
import { cp, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#cli/root.ts';

const run = promisify(execFile);

/** A copy of what is in this checkout, uncommitted changes included, in a folder of its own; packages are shared. */
export async function copyOfCheckout(what: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), `tributary-${what}-`));
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    maxBuffer: 16 * 1024 ** 2,
  });
  for (const file of stdout.split('\0').filter(Boolean)) {
    await cp(join(projectRoot, file), join(copy, file), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // Deleted, and not yet committed so.
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
