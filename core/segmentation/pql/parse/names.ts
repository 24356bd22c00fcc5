import { CALENDAR_UNITS } from '../time.ts';

/** Which words of PQL mean something by themselves (aep.md §5.2). Everything else is the name of a field or variable. */

/** Methods of arrays, maps, strings and times, by how many arguments they take (least, most). */
export const METHODS: Readonly<Record<string, readonly [number, number]>> = {
  count: [0, 0],
  sum: [0, 1],
  average: [0, 1],
  min: [0, 1],
  max: [0, 1],
  distinct: [0, 0],
  groupBy: [1, 1],
  map: [1, 1],
  topN: [2, 2],
  bottomN: [2, 2],
  head: [0, 0],
  intersects: [1, 1],
  intersection: [1, 1],
  subsetOf: [1, 1],
  supersetOf: [1, 1],
  includes: [1, 1],
  get: [1, 1],
  keys: [0, 0],
  values: [0, 0],
  startsWith: [1, 2],
  doesNotStartWith: [1, 2],
  endsWith: [1, 2],
  doesNotEndWith: [1, 2],
  contains: [1, 2],
  doesNotContain: [1, 2],
  equals: [1, 2],
  notEqualTo: [1, 2],
  matches: [1, 1],
  regexGroup: [1, 2],
  isNull: [0, 0],
  isNotNull: [0, 0],
  getMonth: [0, 0],
  getYear: [0, 0],
  getDayOfMonth: [0, 0],
};

/** Comparisons that are words. */
export const MEMBERSHIPS = ['in', 'notIn', 'like'] as const;

/** Functions that are not also methods. */
export const FUNCTIONS: Readonly<Record<string, readonly [number, number]>> = {
  if: [3, 3],
  date: [3, 3],
  currentMonth: [0, 0],
  currentYear: [0, 0],
  currentDayOfMonth: [0, 0],
  mapEntry: [2, 2],
  inSegment: [1, 1],
};

/** Methods whose arguments are evaluated once for each item, which is then in scope. */
export const ITEM_METHODS: ReadonlySet<string> = new Set([
  'sum',
  'average',
  'min',
  'max',
  'groupBy',
  'map',
  'topN',
  'bottomN',
]);

/** `sum X.total over X from …` */
export const AGGREGATES: ReadonlySet<string> = new Set(['count', 'sum', 'average', 'min', 'max']);

/** Words that cannot begin a path unless they are in backquotes. */
export const RESERVED: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'now',
  'today',
  'yesterday',
  'tomorrow',
  'and',
  'or',
  'not',
  'in',
  'notIn',
  'like',
  'occurs',
  'exists',
  'forall',
  'select',
  'let',
  'from',
  'where',
  'over',
]);

/** Words that begin an expression: written otherwise, they look like a name with another name after it. */
const OPENING = ['not', 'exists', 'forall', 'select', 'let'];
const WORDS: ReadonlyMap<string, string> = new Map(
  [
    ...RESERVED,
    ...['before', 'after', 'between', 'on', 'this', 'last', 'next', 'filter'],
    ...Object.keys(METHODS),
    ...Object.keys(FUNCTIONS),
    ...CALENDAR_UNITS.flatMap((unit) => [unit, `${unit}s`]),
  ].map((word) => [word.toLowerCase(), word]),
);

/** The word of PQL that unexpected text seems to mean, in other letters; `before` is the text before it. */
export function wordMeant(text: string, before: string | undefined): string | undefined {
  const word = WORDS.get(text.toLowerCase());
  if (word !== undefined && word !== text) return word;
  const opening = OPENING.find((one) => one === before?.toLowerCase());
  return opening === before ? undefined : opening;
}
