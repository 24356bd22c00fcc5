/** How many cases a property is tried with: `otherwise`, or a share of what `TRIBUTARY_RUNS` says (see CONTRIBUTING.md). */
export const runs = (share: number, otherwise: number): { numRuns: number } => ({
  numRuns: process.env.TRIBUTARY_RUNS ? Math.ceil(Number(process.env.TRIBUTARY_RUNS) * share) : otherwise,
});

/** Long enough for that many. */
export const timeout = process.env.TRIBUTARY_RUNS ? 3_600_000 : 120_000;
