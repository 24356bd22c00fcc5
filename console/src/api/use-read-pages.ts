import { useInfiniteQuery } from '@tanstack/react-query';
import type { ApiError } from './api-error.ts';
import { type Answer, call } from './call.ts';

interface Pages<T, Row> {
  /** The address of a page; the first one has no cursor. */
  readonly addressOf: (cursor: string | undefined) => `/${string}`;
  readonly rowsOf: (answer: T) => readonly Row[];
  /** Undefined at the end. */
  readonly cursorOf: (answer: T) => string | undefined;
}

/** Reads a list page by page: rows so far as one list, and `more` for the next page. */
export function useReadPages<T, Row>({ addressOf, rowsOf, cursorOf }: Pages<T, Row>) {
  const query = useInfiniteQuery<Answer<T>, ApiError, readonly Answer<T>[], readonly string[], string | undefined>({
    queryKey: [addressOf(undefined)],
    initialPageParam: undefined,
    queryFn: ({ pageParam, signal }) => call<T>(addressOf(pageParam), { signal }),
    getNextPageParam: ({ data }) => cursorOf(data),
    select: ({ pages }) => pages,
  });
  const rows = query.data?.flatMap(({ data }) => rowsOf(data));
  return {
    read: {
      data: rows && { data: rows },
      error: query.error,
      dataUpdatedAt: query.dataUpdatedAt,
      refetch: query.refetch,
    },
    more: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
    isReadingMore: query.isFetchingNextPage,
  };
}
