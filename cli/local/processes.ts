import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * One process as the system sees it. `pid` alone is not an identity, since numbers are used again: `birth` (the start
 * time, opaque) tells a process from a later one with the same number.
 */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly birth: string;
  readonly command: string;
}

export type ProcessLister = () => Promise<ProcessInfo[]>;

/** What is written down about a process we started, to recognise it later. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly birth: string;
}

/** Every living process (zombies left out): from /proc on Linux, from `ps` elsewhere. */
export const listProcesses: ProcessLister = async () => (process.platform === 'linux' ? fromProc() : fromPs());

/** At once: nothing of it waits for a disk, and to read each file in the background costs ten times as much. */
function fromProc(): ProcessInfo[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(readProc).filter((one) => one !== undefined);
}

function readProc(pid: string): ProcessInfo | undefined {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return undefined; // it ended between the listing and the reading
  }
}

/** Reads one `/proc/<pid>/stat` line. The name in brackets may itself hold spaces and brackets. */
export function parseProcStat(stat: string, commandLine: string): ProcessInfo | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const birth = fields[19];
  if (state === undefined || state === 'Z' || state === 'X' || birth === undefined) return undefined;
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    group: Number(group),
    birth,
    command: commandLine.split('\0').join(' ').trim(),
  };
}

async function fromPs(): Promise<ProcessInfo[]> {
  const columns = ['pid=', 'ppid=', 'pgid=', 'stat=', 'lstart=', 'command='].flatMap((column) => ['-o', column]);
  const { stdout } = await promisify(execFile)('ps', ['-ax', '-ww', ...columns], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return parsePs(stdout);
}

/** Reads `ps -ax -o pid= -o ppid= -o pgid= -o stat= -o lstart= -o command=`. */
export function parsePs(text: string): ProcessInfo[] {
  const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s(.*)$/;
  const found: ProcessInfo[] = [];
  for (const row of text.split('\n')) {
    const match = line.exec(row);
    if (match === null) continue;
    const [, pid, parent, group, state, birth, command] = match as unknown as [string, ...string[]] & { 6: string };
    if (state?.startsWith('Z')) continue;
    found.push({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      birth: String(birth).replace(/\s+/g, ' '),
      command: command.trim(),
    });
  }
  return found;
}

/** The process with this number if it is still the one that was written down and its command line holds `marker`. */
export async function findProcess(
  identity: ProcessIdentity,
  marker: string,
  list: ProcessLister = listProcesses,
): Promise<ProcessInfo | undefined> {
  const one = (await list()).find((candidate) => candidate.pid === identity.pid);
  return one !== undefined && one.birth === identity.birth && one.command.includes(marker) ? one : undefined;
}

/** `pid`'s birth as it is now, for writing it down right after the start. */
export async function identify(pid: number, list: ProcessLister = listProcesses): Promise<ProcessIdentity | undefined> {
  const one = (await list()).find((candidate) => candidate.pid === pid);
  return one === undefined ? undefined : { pid, birth: one.birth };
}

/** A process, what it started, and what those started; also members of its process group that lost their parent. */
export function family(processes: readonly ProcessInfo[], root: number): ProcessInfo[] {
  const members = new Set([root]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const one of processes) if (members.has(one.parent) || one.group === root) members.add(one.pid);
  }
  return processes.filter((one) => members.has(one.pid));
}

/** How a process ended: by itself on TERM, by KILL after the grace time, or it was not there. */
export type Ending = 'ended' | 'killed' | 'absent';

/**
 * Ends exactly this process and its family: TERM to the process, `graceMs` for it to go, then KILL. What it had started
 * gets a second to end by itself and KILL after that. A later process that got one of the numbers is never touched.
 */
export async function endFamily(
  identity: ProcessIdentity,
  marker: string,
  graceMs = 5_000,
  list: ProcessLister = listProcesses,
): Promise<Ending> {
  if ((await findProcess(identity, marker, list)) === undefined) return 'absent';
  const known = new Map<number, string>();
  const livingRoot = async (): Promise<boolean> => {
    const now = await list();
    if (!now.some((one) => one.pid === identity.pid && one.birth === identity.birth)) return false;
    for (const one of family(now, identity.pid)) known.set(one.pid, one.birth);
    return true;
  };

  await livingRoot();
  signal(identity.pid, 'SIGTERM');
  let ending: Ending = 'ended';
  if (!(await becomesFalse(livingRoot, graceMs))) {
    signal(identity.pid, 'SIGKILL');
    ending = 'killed';
  }

  const left = async (): Promise<ProcessInfo[]> => (await list()).filter((one) => known.get(one.pid) === one.birth);
  await becomesFalse(async () => (await left()).length > 0, 1_000);
  for (const one of await left()) signal(one.pid, 'SIGKILL');
  await becomesFalse(async () => (await left()).length > 0, 2_000);
  return ending;
}

async function becomesFalse(holds: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (await holds()) {
    if (performance.now() >= end) return false;
    await delay(50);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it ended on its own in the meantime
  }
}
