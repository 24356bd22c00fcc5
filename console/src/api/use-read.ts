import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { AnswerOf, ApiError, GetRoute, Where } from '#client/client.ts';
import { useAutoRefresh } from '#console/shell/auto-refresh.ts';
import { type Answer, call } from './call.ts';

/** How often what a screen shows is read again, in milliseconds: rates move, counts hardly, definitions when somebody writes. */
export const EVERY = { rate: 5_000, count: 30_000, definition: 60_000 } as const;

type Every = number | false;

/**
 * Reads from the API, and reads again while the tab is seen and refreshing is on. What was read stays while the next
 * answer is under way, and when it fails: `useRead('GET /data/core/ups/audiences/{id}', { path: { id } }, EVERY.definition)`.
 * @param where undefined: nothing is read yet
 */
export function useRead<R extends GetRoute>(
  route: R,
  where: Where<R> | undefined,
  every?: Every,
): UseQueryResult<Answer<AnswerOf<R>>, ApiError>;
/**
 * The same for addresses that the description of the host does not have.
 * @param address undefined: nothing is read yet
 */
export function useRead<T>(address: `/${string}` | undefined, every?: Every): UseQueryResult<Answer<T>, ApiError>;
export function useRead(place: GetRoute | `/${string}` | undefined, ...more: readonly unknown[]) {
  const isAddress = place === undefined || place.startsWith('/');
  const [where, every = false] = (isAddress ? [undefined, ...more] : more) as [object | undefined, Every?];
  const { isOn } = useAutoRefresh();
  return useQuery<Answer<unknown>, ApiError>({
    queryKey: isAddress ? [place] : [place, where],
    queryFn: ({ signal }) => call(place as '/', { ...where, signal }),
    enabled: isAddress ? place !== undefined : where !== undefined,
    refetchInterval: isOn ? every : false,
    placeholderData: keepPreviousData,
    retry: (failures, error) => failures < 2 && (error.status === 0 || error.status === 429 || error.status >= 500),
  });
}
