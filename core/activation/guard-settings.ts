import * as z from 'zod';

/**
 * The guard of a destination: no more profiles leave an audience within a day than this, unless somebody says so. More
 * than that is rather a broken feed than so many decisions.
 */
export const guardSettings = z.strictObject({
  /** Share of the audience, as the destination knows it. */
  percent: z.number().min(0).max(100).default(20),
  /** So many may leave in any case. */
  profiles: z.int().min(1).default(1_000),
});
export type GuardSettings = z.output<typeof guardSettings>;

const DEFAULT_GUARD: GuardSettings = guardSettings.parse({});

/** The guard of a destination, or undefined where it is off. */
export const guardOf = ({
  guard,
}: {
  readonly guard?: 'off' | GuardSettings | undefined;
}): GuardSettings | undefined => (guard === 'off' ? undefined : (guard ?? DEFAULT_GUARD));

/** How many may leave an audience of that size within a day. */
export const maxExits = ({ percent, profiles }: GuardSettings, size: number): number =>
  Math.max(profiles, Math.floor((size * percent) / 100));
