/** How many people are in an audience, from a sample of them (aep.md §5.4). */
export interface Estimate {
  readonly count: number;
  /** With 95 % confidence at least so many, and at most. */
  readonly low: number;
  readonly high: number;
  /** People who were looked at. */
  readonly sampled: number;
  readonly total: number;
  readonly confidence: 0.95;
}

/** The quantile of the normal distribution that leaves 2.5 % on each side. */
const Z = 1.959964;

/**
 * Wilson's interval for `hits` among `sampled` people drawn from `total` without putting any back. Exact when all were
 * looked at; never narrower than what was seen.
 */
export function estimate(hits: number, sampled: number, total: number): Estimate {
  const answer = (count: number, low: number, high: number): Estimate => ({
    count,
    low,
    high,
    sampled,
    total,
    confidence: 0.95,
  });
  if (sampled >= total) return answer(hits, hits, hits);
  if (sampled === 0) return answer(0, 0, total);
  const share = hits / sampled;
  // Drawn from few, a sample says more than as many draws from a crowd would.
  const size = (sampled * (total - 1)) / (total - sampled);
  const middle = (share + Z ** 2 / (2 * size)) / (1 + Z ** 2 / size);
  const reach = (Z / (1 + Z ** 2 / size)) * Math.sqrt((share * (1 - share)) / size + Z ** 2 / (4 * size ** 2));
  const count = Math.round(share * total);
  const low = Math.max(hits, Math.floor((middle - reach) * total));
  const high = Math.min(total - (sampled - hits), Math.ceil((middle + reach) * total));
  return answer(count, Math.min(low, count), Math.max(high, count));
}
