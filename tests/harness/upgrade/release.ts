import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release that an upgrade starts from, or why there is none. */
export type Release = { readonly tag: string } | { readonly absent: string };

const VERSION = /^v?\d+\.\d+\.\d+$/;

/** The newest version that this checkout goes back to and is not itself. Asked before tests are defined, so it waits. */
export function lastRelease(root: string): Release {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  };
  const own = git('rev-parse', 'HEAD');
  const tags = git('tag', '--merged', 'HEAD', '--sort=-version:refname');
  if (own === undefined || tags === undefined) return { absent: 'there is no git history here' };
  const [tag] = tags
    .split('\n')
    .filter((name) => VERSION.test(name))
    .filter((name) => git('rev-list', '-n', '1', name) !== own);
  if (tag !== undefined) return { tag };
  const isShallow = git('rev-parse', '--is-shallow-repository') === 'true';
  const fetch = isShallow ? ' (the clone is shallow: git fetch --unshallow --tags)' : '';
  return { absent: `no release is tagged in the history of this checkout${fetch}` };
}

/** Puts a release into an empty folder, with its packages: those of this checkout where the lock file is the same. */
export async function checkOut(tag: string, root: string, folder: string): Promise<void> {
  const archive = join(folder, '..', 'release.tar');
  await run('git', ['archive', '--output', archive, tag], { cwd: root });
  await run('tar', ['-xf', archive, '-C', folder]);
  const [theirs, ours] = [folder, root].map((place) => readFileSync(join(place, 'package-lock.json'), 'utf8'));
  if (theirs === ours) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  else
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder, maxBuffer: 64 * 1024 ** 2 });
}
