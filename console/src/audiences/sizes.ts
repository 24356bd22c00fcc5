import { EVERY, useRead } from '#console/api/use-read.ts';
import { type Counted, type Size, sizeOf } from './size.ts';

/** How large audiences are and were, as the stage counts them. */
interface Sizes {
  readonly asOf: string;
  readonly audiences: Readonly<Record<string, Counted>>;
}

/** The sizes of all audiences; undefined as long as they are not known. */
export function useSizes(): ((id: string) => Size | undefined) & { readonly asOf?: string } {
  const { data } = useRead<Sizes>('/tributary/counts/audiences?every=day', EVERY.count);
  const sizes = data?.data;
  const of = (id: string): Size | undefined => {
    const one = sizes?.audiences[id];
    return one && sizeOf(one);
  };
  return Object.assign(of, sizes && { asOf: sizes.asOf });
}
