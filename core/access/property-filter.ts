import { isObject } from '#core/util/is-object.ts';

/** A condition on one field of an event: `commerce.order.priceTotal>=100` (aep.md §4.2). */
export interface PropertyFilter {
  readonly path: readonly string[];
  readonly operator: Operator;
  /** As it was written, without the quotes of a JSON string. */
  readonly text: string;
}

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

const FILTER = /^(?<path>[^=!<>]+)(?<operator><=|>=|!=|=|<|>)(?<value>.*)$/s;

/** @returns the filter, or undefined where the text is none */
export function parsePropertyFilter(text: string): PropertyFilter | undefined {
  const { path, operator, value } = FILTER.exec(text)?.groups ?? {};
  if (path === undefined || operator === undefined || value === undefined) return undefined;
  return { path: path.trim().split('.'), operator: operator as Operator, text: unquoted(value.trim()) };
}

const unquoted = (value: string): string => /^"(.*)"$/s.exec(value)?.[1] ?? value;

/**
 * Whether an event fits. A path that leads into lists fits if any of their elements does, with `!=` if none is that
 * value; so a field that is missing fits `!=` only.
 */
export function fitsFilter(event: unknown, { path, operator, text }: PropertyFilter): boolean {
  const values = valuesAt(event, path);
  if (operator === '!=') return !values.some((value) => compare(value, text) === 0);
  return values.some((value) => FITS[operator](compare(value, text)));
}

/** What fits by the sign of a comparison; NaN, of what cannot be compared, never does. */
const FITS: Readonly<Record<Exclude<Operator, '!='>, (sign: number) => boolean>> = {
  '=': (sign) => sign === 0,
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
};

function compare(value: unknown, text: string): number {
  switch (typeof value) {
    case 'number':
      return text === '' ? Number.NaN : value - Number(text);
    case 'boolean':
      return String(value) === text ? 0 : Number.NaN;
    case 'string':
      return compareTexts(value, text);
    default:
      return Number.NaN;
  }
}

const DATE = /^\d{4}-\d\d-\d\d(T|$)/;

function compareTexts(x: string, y: string): number {
  if (DATE.test(x) && DATE.test(y)) {
    const difference = Date.parse(x) - Date.parse(y);
    if (!Number.isNaN(difference)) return difference;
  }
  return x < y ? -1 : x > y ? 1 : 0;
}

function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return [value];
  return isObject(value) && Object.hasOwn(value, name) ? valuesAt(value[name], rest) : [];
}
