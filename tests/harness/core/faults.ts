import { ConflictError } from '#core/ports/conflict.ts';

/** What may happen at a call of a port: nothing, it fails before it has any effect, or after. */
export type Fault = 'none' | 'before' | 'after' | 'conflict';

/**
 * The port, with a fault at every call as the source of faults says. `after` is a crash between the effect and the news
 * of it; `conflict` is what a rival's write looks like.
 */
export function withFaults<T extends object>(port: T, next: () => Fault): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result = (): unknown => Reflect.apply(member, target, args);
        if (Symbol.asyncIterator in Object(member.prototype ?? {})) return result();
        return faulty(result, next());
      };
    },
  });
}

async function faulty(call: () => unknown, fault: Fault): Promise<unknown> {
  if (fault === 'conflict') throw new ConflictError('an item');
  if (fault === 'before') throw new Error('injected: failed before it did anything');
  if (fault === 'none') return call();
  // A rival's write may fail the call itself: who crashes after it never learns of that either.
  await Promise.resolve(call()).catch(() => {});
  throw new Error('injected: failed after it was done');
}
