import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useAutoRefresh } from '#console/shell/auto-refresh.ts';
import type { ApiError } from './api-error.ts';
import { type Answer, call } from './call.ts';

/** How often what a screen shows is read again, in milliseconds: rates move, counts hardly, definitions when somebody writes. */
export const EVERY = { rate: 5_000, count: 30_000, definition: 60_000 } as const;

/**
 * Reads from the API, and reads again while the tab is seen and refreshing is on. What was read stays while the next
 * answer is under way, and when it fails.
 * @param path undefined: nothing is read yet
 */
export function useRead<T>(
  path: string | undefined,
  every: number | false = false,
): UseQueryResult<Answer<T>, ApiError> {
  const { isOn } = useAutoRefresh();
  return useQuery<Answer<T>, ApiError>({
    queryKey: [path],
    queryFn: ({ signal }) => call<T>(path!, { signal }),
    enabled: path !== undefined,
    refetchInterval: isOn ? every : false,
    placeholderData: keepPreviousData,
    retry: (failures, error) => failures < 2 && (error.status === 0 || error.status === 429 || error.status >= 500),
  });
}
