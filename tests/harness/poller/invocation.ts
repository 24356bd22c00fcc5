import { AsyncLocalStorage } from 'node:async_hooks';
import type { VirtualClock } from './clock.ts';

/** One call of a function: when Lambda ends it, and how. */
interface Running {
  /** Epoch ms. */
  readonly deadline: number;
  readonly end: () => void;
}

const running = new AsyncLocalStorage<Running>();

/** What a function is told about its call, as far as it is looked at here. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/**
 * Lets time pass inside a function, as a request or a sleep does. A function whose time is over is ended in the middle of
 * it: nothing that follows happens any more.
 */
export async function elapse(clock: VirtualClock, milliseconds: number): Promise<void> {
  const call = running.getStore();
  const end = clock.now() + milliseconds;
  if (milliseconds <= 0) return;
  if (call === undefined || end <= call.deadline) return clock.until(end);
  await clock.until(call.deadline);
  call.end();
  await new Promise<never>(() => {});
}

/** What stands for the call in which somebody asks. */
export const currentCall = (): object | undefined => running.getStore();

/** Calls a function that is ended after so long. @throws Error when it is */
export async function runWithin<T>(
  clock: VirtualClock,
  timeoutSeconds: number,
  run: (context: InvocationContext) => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + timeoutSeconds * 1000;
  const context = { getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()) };
  return new Promise<T>((resolve, reject) => {
    const end = (): void => reject(new Error(`Task timed out after ${timeoutSeconds} seconds`));
    running.run({ deadline, end }, () => run(context)).then(resolve, reject);
  });
}
