import type { ObjectStore } from '#core/ports/object-store.ts';

export interface Stopping {
  readonly store: ObjectStore;
  /** When they have come to the call. */
  readonly reached: Promise<void>;
  goOn(): void;
}

/** The store as somebody sees it who stops before a read or a conditional write, until they are told to go on. */
export function stoppingStore(
  store: ObjectStore,
  isHere: (call: {
    readonly method: 'get' | 'putIf';
    readonly key: string;
    readonly etag: string | undefined;
  }) => boolean,
): Stopping {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const turn = async (call: Parameters<typeof isHere>[0]): Promise<void> => {
    if (!isHere(call)) return;
    reached.resolve();
    await opened.promise;
  };
  return {
    reached: reached.promise,
    goOn: opened.resolve,
    store: {
      ...store,
      async get(key, range, etag) {
        await turn({ method: 'get', key, etag: typeof etag === 'object' ? etag.etag : etag });
        return store.get(key, range, etag);
      },
      async putIf(key, body, etag, options) {
        // What is written is put together before.
        const bytes = body instanceof Uint8Array ? body : Buffer.concat(await Array.fromAsync(body));
        await turn({ method: 'putIf', key, etag });
        return store.putIf(key, bytes, etag, options);
      },
    },
  };
}
