import type { Scheduler } from 'fast-check';

/** Where somebody who uses a port ends: at that call, before or after it had its effect. */
export interface Crash {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export class CrashError extends Error {}

/**
 * Ports as one of several users at once sees them: between any two of their calls others may act, in the order of the
 * scheduler. A listing is one call.
 * @returns what makes a port such a one; all that it makes count as one user's
 */
export function scheduledFor(scheduler: Scheduler, crash?: Crash): <T extends object>(port: T) => T {
  let calls = 0;
  let isDead = false;
  const turn = async <T>(act: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve());
    if (isDead) throw new CrashError('dead already');
    const isLast = calls++ === crash?.call;
    isDead ||= isLast;
    if (isLast && crash?.when === 'before') throw new CrashError('crashed before');
    const result = await act();
    if (isLast) throw new CrashError('crashed after');
    return result;
  };
  return (port) =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const run = (args: unknown[]): unknown => Reflect.apply(member, target, args);
        if (Symbol.asyncIterator in Object(member.prototype ?? {})) {
          return async function* (...args: unknown[]) {
            yield* await turn(() => Array.fromAsync(run(args) as AsyncIterable<unknown>));
          };
        }
        return (...args: unknown[]) => turn(async () => await run(args));
      },
    });
}
