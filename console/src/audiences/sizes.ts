import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Size, sizeOf } from './size.ts';

/** The sizes of all audiences; undefined as long as they are not known. */
export function useSizes(): ((id: string) => Size | undefined) & { readonly asOf?: string } {
  const { data } = useRead('GET /tributary/counts/audiences', { query: { every: 'day' } }, EVERY.count);
  const sizes = data?.data;
  const of = (id: string): Size | undefined => {
    const one = sizes?.audiences[id];
    return one && sizeOf(one);
  };
  return Object.assign(of, sizes && { asOf: sizes.asOf });
}
