import type { Scheduler } from 'fast-check';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** Where somebody who uses the store ends: at that call, before or after it had its effect. */
export interface Crash {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export class CrashError extends Error {}

/**
 * The store as one of several users at once sees it: between any two of their calls, and between any two entries of a
 * listing, others may act, in the order of the scheduler.
 */
export function scheduledStore(store: ObjectStore, scheduler: Scheduler, crash?: Crash): ObjectStore {
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
  const after = async (prefix: string, key: string | undefined) => {
    const all = await Array.fromAsync(store.entries(prefix));
    return all.find((object) => key === undefined || object.key > key);
  };
  async function* entries(prefix: string) {
    for (let last: string | undefined; ; ) {
      const object = await turn(() => after(prefix, last));
      if (!object) return;
      yield object;
      last = object.key;
    }
  }
  return {
    put: (...args) => turn(() => store.put(...args)),
    async putIf(key, body, ...rest) {
      const bytes = body instanceof Uint8Array ? body : Buffer.concat(await Array.fromAsync(body));
      return turn(() => store.putIf(key, bytes, ...rest));
    },
    get: (...args) => turn(() => store.get(...args)),
    size: (...args) => turn(() => store.size(...args)),
    async *list(prefix) {
      for await (const { key } of entries(prefix)) yield key;
    },
    entries,
    versions: entries,
    delete: (...args) => turn(() => store.delete(...args)),
    deleteIf: (...args) => turn(() => store.deleteIf(...args)),
  };
}
