import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { projectRoot, version } from '#cli/root.ts';
import { chooseRuntime, readsTypeScript } from '#cli/runtime.js';

const bundled = (version: string) => chooseRuntime({ version, platform: 'linux', hasBundled: true });
const alone = (version: string) => chooseRuntime({ version, platform: 'darwin', hasBundled: false });

describe('which Node runs the command line', () => {
  it.each(['22.18.0', '22.21.1', '23.6.0', '24.0.0', '24.21.0', '26.1.0'])('%s does so itself', (version) => {
    expect(bundled(version)).toEqual({ node: 'this' });
    expect(alone(version)).toEqual({ node: 'this' });
  });

  it.each(['16.20.2', '18.20.8', '20.20.2', '21.7.3', '22.17.1', '23.5.0'])(
    '%s starts the one that is bundled',
    (version) => {
      expect(bundled(version)).toEqual({ node: 'bundled' });
    },
  );

  it('is none where npm was kept from installing one: that is said in one line, with what to do', () => {
    expect(alone('20.20.2')).toEqual({
      problem: expect.stringMatching(/^Node 20\.20\.2 is too old: .* "npm ci", without --ignore-scripts\.$/),
    });
  });

  it('is any with SQLite in an installed package, which needs no TypeScript and brings no Node', () => {
    const built = (version: string) => chooseRuntime({ version, platform: 'linux', hasBundled: false, isBuilt: true });
    for (const version of ['22.13.0', '22.17.1', '23.0.0', '24.21.0']) expect(built(version)).toEqual({ node: 'this' });
    for (const version of ['18.20.8', '20.20.2', '22.12.0']) {
      expect(built(version)).toEqual({
        problem: expect.stringMatching(/^Node \d+\.\d+\.\d+ is too old [^\n]* 22\.13 /),
      });
    }
  });

  it('is none on Windows, whatever its version: that is said in one line that names WSL', () => {
    const here = { version: '24.21.0', platform: 'win32', hasBundled: true };
    expect(chooseRuntime(here)).toEqual({ problem: expect.stringMatching(/^[^\n]* inside WSL: https:\S+$/) });
  });

  test.prop([fc.nat({ max: 40 }), fc.nat({ max: 40 }), fc.nat({ max: 40 })])(
    'is this one for every later version of one that can',
    (major, minor, patch) => {
      if (!readsTypeScript(`${major}.${minor}.${patch}`)) return;
      expect(readsTypeScript(`${major}.${minor + 1}.0`)).toBe(true);
      if (major >= 23) expect(readsTypeScript(`${major + 1}.6.0`)).toBe(true);
    },
  );

  it('is the one that reads this, which gives its answer and its exit code on', () => {
    const cli = join(projectRoot, 'bin', 'cli.js');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: 60_000 });
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect(run('no-such')).toMatchObject({ status: 2, stdout: '' });
  });
});
