import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { localPaths } from './paths.ts';
import { readState, writeState } from './state.ts';

/** Remembers what the variables of the catalog are on this machine. @returns them */
export function writeLocalVariables<T extends Readonly<Record<string, string>>>(root: string, variables: T): T {
  writeState(localPaths(root).catalogVariables, variables);
  return variables;
}

/** What `npm start` has set the variables of the catalog to; none where it has never run. */
export const localVariables = (root: string): Readonly<Record<string, string>> =>
  readState(localPaths(root).catalogVariables, z.record(z.string(), z.string())) ?? {};

/** A key for source connections that nobody has guessed: 256 bits. */
export const newConnectionKey = (): string => randomBytes(32).toString('hex');

/**
 * The key of the source connection on this machine: made once, readable to its user only, never a part of the catalog,
 * so that a catalog which goes from here to production opens nothing there.
 */
export function localConnectionKey(root: string): string {
  const path = localPaths(root).connectionKey;
  const known = knownConnectionKey(root);
  if (known !== undefined) return known;
  const key = newConnectionKey();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  return key;
}

/** The same, where it has been made already. */
export function knownConnectionKey(root: string): string | undefined {
  try {
    const key = readFileSync(localPaths(root).connectionKey, 'utf8').trim();
    return key === '' ? undefined : key;
  } catch {
    return undefined;
  }
}
