import { useRef } from 'react';
import { type Reading, rateBetween } from './model.ts';

/** How fast a number grows, by its last two readings. */
export function useRate(value: number | undefined, at: number | undefined): number | undefined {
  const readings = useRef<readonly [before: Reading | undefined, after: Reading | undefined]>([undefined, undefined]);
  const [, after] = readings.current;
  if (value !== undefined && at !== undefined && after?.at !== at) readings.current = [after, { at, value }];
  const [first, last] = readings.current;
  return last && rateBetween(first, last);
}
