import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What is remembered of a background process of ours, to find it again and to end it and nothing else. */
export const runningProcess = z.object({
  pid: z.int().positive(),
  /** Start time as the system states it; tells the process from a later one with the same number. */
  birth: z.string().min(1),
  port: z.int().min(1).max(65_535),
  /** ISO 8601, for people and for telling one run of the emulator from the next. */
  startedAt: z.iso.datetime(),
});
export type RunningProcess = z.infer<typeof runningProcess>;

/** Reads a small JSON file of ours; `undefined` when it is absent, cut short or of another shape (then it is as good as absent). */
export function readState<T>(path: string, shape: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Writes through a second file and a rename, so that a reader never sees half of it. */
export function writeState(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}.tmp`;
  writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(next, path);
}

export function removeState(path: string): void {
  rmSync(path, { force: true });
}
