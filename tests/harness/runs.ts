/**
 * The quick stage (`npm run test:unit`) tries few cases and small sizes; the long one (`npm run test:long`, and by hand
 * with `TRIBUTARY_RUNS`, see CONTRIBUTING.md) runs the same tests with more.
 */
const wanted = Number(process.env.TRIBUTARY_RUNS ?? 0);
if (!(wanted >= 0)) {
  throw new Error(`TRIBUTARY_RUNS is "${process.env.TRIBUTARY_RUNS}": expected a number of cases, such as 10000`);
}

/**
 * How many cases a property is tried with.
 * @param share of what `TRIBUTARY_RUNS` says that the long stage tries: the dearer a case, the smaller
 * @param quick how many the quick stage tries; the long one never fewer
 */
export const runs = (share: number, quick: number): { numRuns: number } => ({
  numRuns: Math.max(quick, Math.ceil(wanted * share)),
});

/** What the quick stage does with something small, and the long one with something large or with all there is. */
export const size = <T>(quick: T, long: T): T => (wanted > 0 ? long : quick);

/** Long enough for that many, in milliseconds. */
export const timeout = wanted > 0 ? 3_600_000 : 120_000;
