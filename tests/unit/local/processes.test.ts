import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  endFamily,
  family,
  findProcess,
  identify,
  listProcesses,
  type ProcessInfo,
  parseProcStat,
  parsePs,
} from '#cli/local/processes.ts';

/** A child that says "up" when it is ready to be ended; gone after the test whatever happens. */
async function child(script: string): Promise<{ process: ChildProcess; pid: number }> {
  const process_ = spawn(process.execPath, ['-e', `${script}; console.log('up'); setInterval(() => {}, 1000)`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  onTestFinished(() => void process_.kill('SIGKILL'));
  await once(process_.stdout!, 'data');
  return { process: process_, pid: process_.pid! };
}

const isAlive = async (pid: number): Promise<boolean> => (await listProcesses()).some((one) => one.pid === pid);

const info = (pid: number, parent: number, group = 0): ProcessInfo => ({
  pid,
  parent,
  group,
  birth: `b${pid}`,
  command: `command ${pid}`,
});

describe('reading what the system says about processes', () => {
  const stat = (name: string, state: string) =>
    `4711 (${name}) ${state} 12 4711 4711 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 5 0 987654 1000 20 184 1`;

  it('takes number, parent, group, start time and command line from /proc', () => {
    expect(parseProcStat(stat('python', 'S'), 'python\0-m\0ministack\0')).toEqual({
      pid: 4711,
      parent: 12,
      group: 4711,
      birth: '987654',
      command: 'python -m ministack',
    });
  });

  it('is not misled by a name that holds brackets and spaces', () => {
    expect(parseProcStat(stat('a) S 1 2 (b', 'R'), 'x\0')).toMatchObject({ parent: 12, birth: '987654' });
  });

  it('takes a zombie for ended', () => {
    expect(parseProcStat(stat('python', 'Z'), '')).toBeUndefined();
  });

  it('reads the listing of ps, as on macOS, without zombies', () => {
    const text = [
      '  501     1   501 Ss   Mon Nov 23 22:01:02 2026 /opt/venv/bin/python -m ministack',
      '  502   501   501 Z    Mon Nov 23 22:01:03 2026 (node)',
      '  503   501   501 S    Mon Nov  3 02:01:03 2026 node /tmp/with space/_worker.js',
    ].join('\n');
    expect(parsePs(text)).toEqual([
      {
        pid: 501,
        parent: 1,
        group: 501,
        birth: 'Mon Nov 23 22:01:02 2026',
        command: '/opt/venv/bin/python -m ministack',
      },
      {
        pid: 503,
        parent: 501,
        group: 501,
        birth: 'Mon Nov 3 02:01:03 2026',
        command: 'node /tmp/with space/_worker.js',
      },
    ]);
  });
});

describe('knowing a process again', () => {
  const list = async () => [info(10, 1)];

  it('finds it by number, start time and command line', async () => {
    expect(await findProcess({ pid: 10, birth: 'b10' }, 'command', list)).toEqual(info(10, 1));
  });

  it('does not take a later process with the same number for it', async () => {
    expect(await findProcess({ pid: 10, birth: 'earlier' }, 'command', list)).toBeUndefined();
  });

  it('does not take one with another command line for it', async () => {
    expect(await findProcess({ pid: 10, birth: 'b10' }, 'ministack', list)).toBeUndefined();
  });

  it('knows this very process', async () => {
    const identity = await identify(process.pid);
    expect(identity).toBeDefined();
    expect((await findProcess(identity!, ''))?.parent).toBe(process.ppid);
  });
});

describe('the family of a process', () => {
  it('is the process, its descendants, and members of its group that lost their parent', () => {
    const all = [info(1, 0), info(10, 1, 10), info(11, 10, 10), info(12, 11, 12), info(13, 1, 10), info(20, 1, 20)];
    expect(family(all, 10).map((one) => one.pid)).toEqual([10, 11, 12, 13]);
  });
});

describe('ending a process', () => {
  it('lets it end by itself on TERM', async () => {
    const { pid } = await child('0');
    const identity = await identify(pid);
    expect(await endFamily(identity!, 'setInterval', 60_000)).toBe('ended');
    expect(await isAlive(pid)).toBe(false);
  });

  it('kills it when it does not go in time', async () => {
    const { pid } = await child("process.on('SIGTERM', () => {})");
    const identity = await identify(pid);
    expect(await endFamily(identity!, 'setInterval', 100)).toBe('killed');
    expect(await isAlive(pid)).toBe(false);
  });

  it('ends what it had started too', async () => {
    const grandchild = `require('child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"])`;
    const { pid } = await child(`const g = ${grandchild}; console.log(g.pid)`);
    const identity = await identify(pid);
    const members = family(await listProcesses(), pid).map((one) => one.pid);
    expect(members).toHaveLength(2);
    await endFamily(identity!, 'setInterval', 2_000);
    expect(await Promise.all(members.map(isAlive))).toEqual([false, false]);
  });

  it('leaves alone a process that got the number later', async () => {
    const { pid } = await child('0');
    expect(await endFamily({ pid, birth: 'another time' }, 'setInterval')).toBe('absent');
    expect(await isAlive(pid)).toBe(true);
  });

  it('leaves alone a process with another command line', async () => {
    const { pid } = await child('0');
    const identity = await identify(pid);
    expect(await endFamily(identity!, 'ministack')).toBe('absent');
    expect(await isAlive(pid)).toBe(true);
  });
});
