import { hash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#core/ports/clock.ts';

/** So long an address may be opened. */
const VALID_MS = 5 * 60_000;

/**
 * Tokens that count once. Of each there is a file with the hash of it: whoever may write to the folder of this checkout may
 * make one, and whoever takes a file away has used it.
 */
export interface OnceTokens {
  issue(): string;
  /** @returns whether it counted, which it does not again */
  take(token: string): Promise<boolean>;
}

export function onceTokens(folder: string, now: Clock): OnceTokens {
  const fileOf = (token: string): string => join(folder, hash('sha256', token, 'hex'));
  return {
    issue() {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(folder)) endExpired(join(folder, name), now());
      const token = randomBytes(24).toString('base64url');
      writeFileSync(fileOf(token), String(now() + VALID_MS), { mode: 0o600 });
      return token;
    },
    async take(token) {
      const file = fileOf(token);
      const expiresAt = await readFile(file, 'utf8').catch(() => undefined);
      if (expiresAt === undefined) return false;
      // Of those who come at once, one takes it away.
      const isFirst = await unlink(file).then(
        () => true,
        () => false,
      );
      return isFirst && now() < Number(expiresAt);
    },
  };
}

function endExpired(file: string, now: number): void {
  try {
    if (now >= Number(readFileSync(file, 'utf8'))) rmSync(file);
  } catch {
    // Somebody has used it meanwhile.
  }
}
