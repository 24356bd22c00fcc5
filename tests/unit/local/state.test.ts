import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withLock } from '#cli/local/lock.ts';
import { readState, removeState, runningProcess, writeState } from '#cli/local/state.ts';
import { temporaryFolder } from './support.ts';

const LOCK = fileURLToPath(import.meta.resolve('#cli/local/lock.ts'));
const state = { pid: 4711, birth: '987654', port: 4600, startedAt: '2026-11-23T22:00:00.000Z' };

describe('the state file of a background process', () => {
  it('gives back what was written, and leaves no other file', () => {
    const folder = temporaryFolder();
    writeState(join(folder, 'deep', 'state.json'), state);
    expect(readState(join(folder, 'deep', 'state.json'), runningProcess)).toEqual(state);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['state.json']);
  });

  it.each([
    ['cut short', '{"pid": 47'],
    ['empty', ''],
    ['of another shape', '{"pid": 4711}'],
    ['with a number that could hit a process group', JSON.stringify({ ...state, pid: -1 })],
    ['with number 0, which would mean our own group', JSON.stringify({ ...state, pid: 0 })],
  ])('counts as absent when it is %s', (_, text) => {
    const path = join(temporaryFolder(), 'state.json');
    writeFileSync(path, text);
    expect(readState(path, runningProcess)).toBeUndefined();
  });

  it('is absent after it was removed, and removing it again is no error', () => {
    const path = join(temporaryFolder(), 'state.json');
    writeState(path, state);
    removeState(path);
    removeState(path);
    expect(readState(path, runningProcess)).toBeUndefined();
  });
});

describe('the lock between commands', () => {
  it('lets one at a time work, in whatever order they end', async () => {
    const path = join(temporaryFolder(), 'lock');
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    };
    await Promise.all([withLock(path, work('a')), withLock(path, work('b'))]);
    const [first, second] = order[0] === 'a begins' ? ['a', 'b'] : ['b', 'a'];
    expect(order).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  });

  it('is released when the work fails', async () => {
    const path = join(temporaryFolder(), 'lock');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, async () => 'done', 0)).toBe('done');
  });

  it('is taken over from a holder that was killed, by one at a time', async () => {
    const path = join(temporaryFolder(), 'lock');
    const script = `import { withLock } from ${JSON.stringify(LOCK)};
      const held = () => { gc(); console.log('held'); setInterval(() => {}, 1000); };
      await withLock(${JSON.stringify(path)}, () => new Promise(() => void setImmediate(held)));`;
    const holder = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    await expect(withLock(path, async () => 'too early', 0)).rejects.toThrow(path);

    let [inside, most] = [0, 0];
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
      return 'done';
    };
    const waiting = Array.from({ length: 8 }, () => withLock(path, work, 60_000));
    holder.kill('SIGKILL');
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'done'));
    expect(most).toBe(1);
  });

  it('is not made of a file that is something else', async () => {
    const path = join(temporaryFolder(), 'lock');
    writeFileSync(path, '{"pid":4711}');
    await expect(withLock(path, async () => 'never')).rejects.toThrow(`${path} is no lock of ours`);
    expect(readFileSync(path, 'utf8')).toBe('{"pid":4711}');
  });

  it('says which file to look at when its holder does not let go', async () => {
    const path = join(temporaryFolder(), 'lock');
    await withLock(path, async () => {
      await expect(withLock(path, async () => 'never', 50)).rejects.toThrow(path);
    });
  });
});
