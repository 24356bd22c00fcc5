/**
 * Counters by series and name: what is counted together stands in one series, whose numbers are written together. All numbers
 * are whole; as a change they may be below zero.
 */
export type Counters = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** All numbers of several, added up; what comes to 0 is omitted, and so is a series in which nothing is left. */
export function addCounters(...all: readonly Counters[]): Counters {
  const sum: Record<string, Record<string, number>> = {};
  for (const counters of all) {
    for (const [series, numbers] of Object.entries(counters)) {
      const own = Object.hasOwn(sum, series) ? sum[series]! : {};
      sum[series] = own;
      for (const [name, number] of Object.entries(numbers)) {
        own[name] = (Object.hasOwn(own, name) ? own[name]! : 0) + number;
      }
    }
  }
  return withoutZeros(sum);
}

/** What has to be added to `before` to come to `after`; empty where they are the same. */
export const changeOf = (before: Counters, after: Counters): Counters => addCounters(after, negative(before));

/** Whether nothing is counted. */
export const isNothing = (counters: Counters): boolean => Object.keys(counters).length === 0;

/** Counters of one series. */
export const inSeries = (series: string, numbers: Readonly<Record<string, number>>): Counters =>
  withoutZeros({ [series]: numbers });

const negative = (counters: Counters): Counters =>
  Object.fromEntries(
    Object.entries(counters).map(([series, numbers]) => [
      series,
      Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, -number])),
    ]),
  );

const withoutZeros = (counters: Counters): Counters =>
  Object.fromEntries(
    Object.entries(counters).flatMap(([series, numbers]) => {
      const others = Object.entries(numbers).filter(([, number]) => number !== 0);
      return others.length > 0 ? [[series, Object.fromEntries(others)] as const] : [];
    }),
  );
