import type { IdentityKey } from '#core/identity/identity.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { type EvaluateDeps, type EvaluationScope, evaluate } from './evaluate.ts';

export interface ManyEvaluated {
  readonly items: number;
  readonly entered: number;
  readonly exited: number;
  readonly failed: number;
  readonly firstError?: Error;
}

const ITEMS_AT_ONCE = 16;

/** Evaluates many items, several at a time. One that fails is counted and does not stop the others. */
export async function evaluateMany(
  roots: AsyncIterable<IdentityKey>,
  deps: EvaluateDeps,
  scope: EvaluationScope,
): Promise<ManyEvaluated> {
  const total = { items: 0, entered: 0, exited: 0, failed: 0 };
  let firstError: Error | undefined;
  await eachAtOnce(roots, ITEMS_AT_ONCE, async (root) => {
    total.items += 1;
    try {
      const { entered, exited } = await evaluate(root, deps, { scope });
      total.entered += entered;
      total.exited += exited;
    } catch (error) {
      total.failed += 1;
      firstError ??= error as Error;
    }
  });
  return firstError ? { ...total, firstError } : total;
}

/** The roots of all profile items. */
export async function* rootsOf(profiles: ProfileStore): AsyncIterable<IdentityKey> {
  for await (const { root } of profiles.scan()) yield root;
}
