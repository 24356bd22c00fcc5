import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '#cli/user-error.ts';
import { findProcess, identify } from './processes.ts';

const holder = z.object({ pid: z.int().positive(), birth: z.string() });

/**
 * Runs `work` while no other process of this checkout does: two commands at the same time must not start two emulators
 * of which one is forgotten. A lock whose holder no longer lives is taken over.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waitMs = 300_000): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const me = await identify(process.pid);
  const end = performance.now() + waitMs;
  while (!take(path, JSON.stringify(me ?? {}))) {
    if (await isAbandoned(path)) rmSync(path, { force: true });
    else if (performance.now() > end) {
      throw new UserError(
        `Another command of this checkout has held ${path} for ${waitMs / 1_000} s. End it and try again.`,
      );
    } else await delay(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return false; // just released
  }
  const parsed = holder.safeParse(safeJson(text));
  // An unreadable lock may be one that is being written this instant; it counts as held until the wait is over.
  return parsed.success && (await findProcess(parsed.data, '')) === undefined;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
