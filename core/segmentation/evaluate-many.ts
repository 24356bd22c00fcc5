import type { IdentityKey } from '#core/record/identity.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { type EvaluateDeps, type EvaluateOptions, evaluate } from './evaluate.ts';

export interface ManyEvaluated {
  readonly items: number;
  readonly entered: number;
  readonly exited: number;
  /** Of a batch job: memberships that were not as streaming should have left them. */
  readonly repaired: number;
  /** Roots of those that could not be evaluated. */
  readonly failed: readonly IdentityKey[];
  readonly firstError?: Error;
}

const ITEMS_CONCURRENCY = 16;

/**
 * Evaluates many items, several at a time. One that fails does not stop the others.
 * @param prepare what has to be done with an item before; says how it is then evaluated
 */
export async function evaluateMany<T extends { readonly canonicalKey: IdentityKey }>(
  items: Iterable<T> | AsyncIterable<T>,
  deps: EvaluateDeps,
  prepare: (item: T) => Promise<EvaluateOptions> = async () => ({}),
): Promise<ManyEvaluated> {
  const total = { items: 0, entered: 0, exited: 0, repaired: 0 };
  const failed: IdentityKey[] = [];
  let firstError: Error | undefined;
  await mapWithConcurrency(items, ITEMS_CONCURRENCY, async (item) => {
    total.items += 1;
    try {
      const options = await prepare(item);
      const { entered, exited, streamed } = await evaluate(item.canonicalKey, deps, options);
      total.entered += entered;
      total.exited += exited;
      if (options.run) total.repaired += streamed;
    } catch (error) {
      failed.push(item.canonicalKey);
      firstError ??= error as Error;
    }
  });
  return { ...total, failed, ...(firstError && { firstError }) };
}
