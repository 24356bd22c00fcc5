import { setTimeout } from 'node:timers/promises';

const FIRST_MS = 10;
const MAX_MS = 1_000;

/** Waits before the next attempt: exponentially longer, with full jitter, so that rivals do not meet again. */
export async function backoffBefore(attempt: number): Promise<void> {
  await setTimeout(Math.random() * Math.min(MAX_MS, FIRST_MS * 2 ** attempt));
}
