/** How many requests may come: on average so many a second, `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Keys that are remembered: a flood of ever other ones must not fill the memory. */
const MAX_KEYS = 10_000;

/**
 * Token buckets, one a key. They live as long as the process: where several run side by side, each holds its own. Of very
 * many keys the one that asked longest ago is forgotten first.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /**
   * @param now epoch ms
   * @returns 0 when the request may go on, else the seconds to wait
   */
  take(key: string, { perSecond, burst }: Rate, now: number): number {
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const elapsed = Math.max(0, now - bucket.at) / 1_000;
    const tokens = Math.min(burst, bucket.tokens + elapsed * perSecond);
    const isAllowed = tokens >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: isAllowed ? tokens - 1 : tokens, at: Math.max(now, bucket.at) });
    if (this.#buckets.size > MAX_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return isAllowed ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  }
}
