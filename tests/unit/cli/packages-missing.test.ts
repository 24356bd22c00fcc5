import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '#cli/root.ts';

it('says in one line what to do where nothing is installed yet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bare-'));
  try {
    for (const name of ['bin', 'cli', 'core', 'lambdas', 'package.json']) {
      cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
    }
    const { status, stderr } = spawnSync(process.execPath, [join('bin', 'cli.js'), 'status'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, 'Packages are missing here: run "npm ci" first.\n']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
