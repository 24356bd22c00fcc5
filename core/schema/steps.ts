/**
 * A step is what looking at one value by one schema takes, or some characters of a text by a pattern. Of real records most
 * take some hundreds, and those of 1 MB some hundred thousand.
 */
export const MAX_STEPS = 10_000_000;

/** Steps of going through a text once. */
export const stepsOfText = (length: number): number => length >> 4;

/** The record would take more than {@link MAX_STEPS}. */
export class TooComplexError extends Error {
  override readonly name = 'TooComplexError';
}

/** Counts the steps of one record: they are the same on every machine, as time would not be. */
export class Steps {
  #left = MAX_STEPS;

  get taken(): number {
    return MAX_STEPS - this.#left;
  }

  /** @throws TooComplexError */
  take(count: number): void {
    this.#left -= count;
    if (this.#left < 0) throw new TooComplexError();
  }

  restart(): void {
    this.#left = MAX_STEPS;
  }
}
