import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '#cli/user-error.ts';

const POLL_MS = 100;
const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;
/** A database that nothing refers to is closed, and its lock with it, when memory is tidied up. */
const held = new Set<DatabaseSync>();

/**
 * Runs `work` while no other process of this checkout does: two commands at the same time must not start two emulators
 * of which one is forgotten. The lock is the exclusive transaction of an empty SQLite database, so the kernel lets go of
 * it the moment its holder ends, however that ends; the file stays.
 * @throws UserError when others have held it for `waitMs`, or when the file is something else
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waitMs = 300_000): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const lock = await acquire(path, waitMs);
  held.add(lock);
  try {
    return await work();
  } finally {
    held.delete(lock);
    lock.close();
  }
}

async function acquire(path: string, waitMs: number): Promise<DatabaseSync> {
  const database = new DatabaseSync(path, { timeout: 0 });
  const end = performance.now() + waitMs;
  try {
    while (!take(database)) {
      if (performance.now() >= end) {
        throw new UserError(
          `Another command of this checkout has held ${path} for ${waitMs / 1_000} s. End it and try again.`,
        );
      }
      await delay(POLL_MS);
    }
    return database;
  } catch (error) {
    database.close();
    if (errcodeOf(error) === SQLITE_NOTADB) throw new UserError(`${path} is no lock of ours. Remove it and try again.`);
    throw error;
  }
}

/** Takes the lock if nobody has it. */
function take(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (errcodeOf(error) === SQLITE_BUSY) return false;
    throw error;
  }
}

const errcodeOf = (error: unknown): unknown =>
  error instanceof Error && 'errcode' in error ? error.errcode : undefined;
