import type { IdentityKey } from '#core/identity/identity.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { type EvaluateDeps, type EvaluationScope, evaluate } from './evaluate.ts';

export interface ManyEvaluated {
  readonly items: number;
  readonly entered: number;
  readonly exited: number;
  /** Memberships that were not as streaming should have left them. */
  readonly repaired: number;
  readonly failed: number;
  readonly firstError?: Error;
}

const ITEMS_AT_ONCE = 16;

/** What has been done with an item, so that it can be evaluated. */
export interface Prepared {
  /** Whether all that changed it has been streamed: then a streamed segment whose answer is another is a repair. */
  readonly isStreamed: boolean;
}

/**
 * Evaluates many items, several at a time. One that fails is counted and does not stop the others.
 * @param prepare what has to be done with an item before
 */
export async function evaluateMany<T extends { readonly root: IdentityKey }>(
  items: AsyncIterable<T>,
  deps: EvaluateDeps,
  scope: EvaluationScope,
  prepare: (item: T) => Promise<Prepared> = async () => ({ isStreamed: false }),
): Promise<ManyEvaluated> {
  const total = { items: 0, entered: 0, exited: 0, repaired: 0, failed: 0 };
  let firstError: Error | undefined;
  await eachAtOnce(items, ITEMS_AT_ONCE, async (item) => {
    total.items += 1;
    try {
      const { isStreamed } = await prepare(item);
      const { entered, exited, streamed } = await evaluate(item.root, deps, { scope });
      total.entered += entered;
      total.exited += exited;
      if (isStreamed) total.repaired += streamed;
    } catch (error) {
      total.failed += 1;
      firstError ??= error as Error;
    }
  });
  return firstError ? { ...total, firstError } : total;
}
