/** How much AWS gathers before it calls a function, by how much comes. */

/** How a stream is read; `windowSeconds` is how long records are gathered. */
export interface StreamReading {
  readonly shards: number;
  /** Batches of one shard side by side, each with the keys that fall to it. */
  readonly parallelism: number;
  readonly windowSeconds: number;
  readonly maxBatch: number;
}

/**
 * How many calls one record causes: a reader of a stream is called with all that came to its part of the keys within a
 * window, if anything did. Records come one by one and evenly over the keys (Poisson), so a call has
 * `m / (1 − e^−m)` records where `m` is what comes in a window on average.
 * @param perSecond records
 * @returns more than 0 and at most 1; 0 where nothing comes
 */
export function callsPerRecord(perSecond: number, reading: StreamReading): number {
  const expected = inWindow(perSecond, reading);
  return expected === 0 ? 0 : (1 - Math.exp(-expected)) / expected;
}

/** Of records of several kinds, with the share of each: how often, for each record, one kind is in one call. */
export function kindsPerRecord(perSecond: number, shares: readonly number[], reading: StreamReading): number {
  const expected = inWindow(perSecond, reading);
  return expected === 0 ? 0 : shares.reduce((sum, share) => sum + 1 - Math.exp(-expected * share), 0) / expected;
}

const inWindow = (perSecond: number, { shards, parallelism, windowSeconds, maxBatch }: StreamReading): number =>
  Math.min(maxBatch, (perSecond * windowSeconds) / (shards * parallelism));

/**
 * Shards of a stream on demand that has seen this rate: twice what comes, 1 MB or 1,000 records a second each, and four at
 * least.
 */
export const onDemandShards = (perSecond: number, kb: number): number =>
  Math.max(4, Math.ceil((2 * perSecond * kb) / 1_024), Math.ceil((2 * perSecond) / 1_000));

/** Calls of a function that are traced, of so many a second: the first of each second, and 5 % of the others. */
export const tracedOf = (callsPerSecond: number): number =>
  Math.min(callsPerSecond, 1 + 0.05 * Math.max(0, callsPerSecond - 1));
