import type { GuardStore } from '#core/activation/ports/guard.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { evaluateMany } from '#core/segmentation/evaluate-many.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

export interface ReevaluateDueDeps extends Backoff {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly guards: GuardStore;
  readonly metrics: Metrics;
  readonly now: Clock;
}

/**
 * Clock → membership of the items at which time alone may have changed something. Fails at the end when some could not be
 * evaluated: Lambda tries again.
 */
export function createHandler(deps: ReevaluateDueDeps) {
  return async (): Promise<void> => {
    const { profiles, memberships, metrics, now, backoff } = deps;
    const catalog = await deps.catalog.current();
    const { evaluation: settings } = stageSettings(catalog);
    await countHeld([...catalog.destinations.keys()], deps);
    const due = asItems(memberships.due(now()));
    const { items, entered, exited, failed, firstError } = await evaluateMany(
      due,
      { profiles, memberships, now, backoff, settings },
      async () => ({ cause: 'clock' }),
    );
    metrics.count(METRICS.membershipsEntered, entered);
    metrics.count(METRICS.membershipsExited, exited);
    logBatch({ items, entered, exited, failed: failed.length });
    if (firstError) throw new Error(`${failed.length} of ${items} items failed`, { cause: firstError });
  };
}

/** Every minute, so that the alarm stays until somebody has released them. Nothing waits for it. */
async function countHeld(destinationIds: readonly string[], { guards, metrics }: ReevaluateDueDeps): Promise<void> {
  try {
    const states = await guards.states(destinationIds);
    const held = [...states].filter(([, state]) => state.held);
    metrics.count(METRICS.destinationsHeld, held.length);
  } catch (error) {
    logFailure(error, { lost: 'how many destinations are held' });
  }
}

async function* asItems(
  canonicalKeys: AsyncIterable<IdentityKey>,
): AsyncIterable<{ readonly canonicalKey: IdentityKey }> {
  for await (const canonicalKey of canonicalKeys) yield { canonicalKey };
}
