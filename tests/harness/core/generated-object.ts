import type { ObjectStore } from '#core/ports/object-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

/**
 * A store in memory with one object more, which is made while it is read: a file may be larger than the memory.
 * @param length bytes of every line
 * @param line number `n`, from 0
 */
export function generatedObject(
  key: string,
  lines: number,
  length: number,
  line: (n: number) => Uint8Array,
): ObjectStore {
  const size = lines * length;
  const others = createMemoryObjectStore();
  return {
    ...others,
    size: async (asked) => (asked === key ? size : others.size(asked)),
    async get(asked, range) {
      if (asked !== key) return others.get(asked, range);
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? size, size);
      const bytes = new Uint8Array(end - start);
      for (let at = start; at < end; ) {
        const [n, offset] = [Math.floor(at / length), at % length];
        const part = line(n).subarray(offset, Math.min(length, offset + end - at));
        bytes.set(part, at - start);
        at += part.length;
      }
      return bytes;
    },
  };
}
