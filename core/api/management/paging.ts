import * as z from 'zod';

/** Parameters of a list, as AEP's families have them: how many, from where, in which order, which. */
export const whole = z
  .string()
  .regex(/^\d{1,9}$/, 'expected a whole number')
  .transform(Number);

/** Where a list goes on: a number, or the address that was given of the next page, in which it stands. */
export const startNumber = z
  .string()
  .transform((text) => /[?&]start=(\d{1,9})(?:&|$)/.exec(text)?.[1] ?? text)
  .pipe(whole);

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined on the last one. */
  readonly next?: string;
}

/**
 * A page of a list by place: a token names the last item of the page before, so nothing is told twice or omitted when the
 * list changes in between.
 * @param start the token, or undefined for the first page
 * @returns undefined where the token is none of this list
 */
export function pageByPlace<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { start, limit }: { readonly start?: string | undefined; readonly limit: number },
): Page<T> | undefined {
  const ordered = [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const after = start === undefined ? undefined : placeOf(start);
  if (start !== undefined && after === undefined) return undefined;
  const from = after === undefined ? 0 : ordered.findIndex((item) => compare(keyOf(item), after) > 0);
  if (from < 0) return { items: [] };
  const page = ordered.slice(from, from + limit);
  const hasMore = from + limit < ordered.length;
  return { items: page, ...(hasMore && { next: tokenOf(keyOf(page.at(-1)!)) }) };
}

/** A page of a list by number: so many omitted at the beginning. */
export function pageByNumber<T>(
  items: readonly T[],
  { start, limit }: { readonly start: number; readonly limit: number },
): Page<T> {
  const hasMore = start + limit < items.length;
  return { items: items.slice(start, start + limit), ...(hasMore && { next: String(start + limit) }) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const tokenOf = (key: string): string => Buffer.from(`p:${key}`, 'utf8').toString('base64url');

function placeOf(token: string): string | undefined {
  const text = /^[\w-]{1,2000}$/.test(token) ? Buffer.from(token, 'base64url').toString('utf8') : '';
  return text.startsWith('p:') ? text.slice(2) : undefined;
}
