import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { AnswerOf, ApiError } from '#client/client.ts';
import { call } from '#console/api/call.ts';
import type { RejectedFilter } from './filter.ts';

const ROUTE = 'GET /tributary/data/rejected';
type Page = AnswerOf<typeof ROUTE>;

/** Rejected records page by page: as many as somebody asks for, however many there are. */
export function useRejected(filter: RejectedFilter) {
  return useInfiniteQuery<Page, ApiError, { pages: Page[] }, readonly unknown[], string | undefined>({
    queryKey: [ROUTE, 'pages', filter],
    queryFn: async ({ pageParam, signal }) =>
      (await call(ROUTE, { query: { ...filter, limit: 200, start: pageParam } as never, signal })).data,
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
  });
}

/** Reads again what a replay has changed: records, reasons, counts. */
export function useReadAgain(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({
      predicate: ({ queryKey: [route] }) => /\/tributary\/(?:data\/|counts)/.test(String(route)),
    });
  };
}
