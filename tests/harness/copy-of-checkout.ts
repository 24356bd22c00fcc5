import { execFile } from 'node:child_process';
import { cp, link, mkdir, mkdtemp, readdir, readlink, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#cli/root.ts';

const run = promisify(execFile);

/**
 * A copy of what is in this checkout, uncommitted changes included, in a folder of its own.
 * @param packages whether they are shared, or linked file by file, as checks need it that look at where files really are
 */
export async function copyOfCheckout(what: string, packages: 'shared' | 'linked' = 'shared'): Promise<string> {
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
  const [from, to] = [projectRoot, copy].map((folder) => join(folder, 'node_modules'));
  if (packages === 'shared') await symlink(from!, to!);
  else await linkAll(from!, to!);
  return copy;
}

/** Files are linked where both are on one disk, else copied. */
async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkAll(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await link(source, target).catch(() => cp(source, target));
  }
}
