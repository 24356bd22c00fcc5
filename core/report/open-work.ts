import stringify from 'safe-stable-stringify';
import { noDeliveryState } from '#core/activation/delivery-state.ts';
import { HELD } from '#core/activation/guard.ts';
import { profilesIn, routeItem } from '#core/activation/route.ts';
import { evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { isRedirect, noMemberships } from '#core/segmentation/membership.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import type { ReportSettings, ReportSource } from './report.ts';

const READS_CONCURRENCY = 16;

/** Profile items on which work is still to be done. */
export interface OpenWork {
  readonly items: number;
  readonly toEvaluate: number;
  readonly toRoute: number;
}

/**
 * Whether everything that was stitched has been evaluated and routed: each stage is a function of what is stored, so
 * it has settled when it would change nothing.
 * @param now epoch ms
 */
export async function openWork(source: ReportSource, settings: ReportSettings, now: number): Promise<OpenWork> {
  const counts = { items: 0, toEvaluate: 0, toRoute: 0 };
  await mapWithConcurrency(source.profiles.scan(), READS_CONCURRENCY, async (item) => {
    counts.items += 1;
    const stored = await source.memberships.get(item.canonicalKey);
    const memberships = stored && !isRedirect(stored) ? stored : noMemberships(item.canonicalKey);
    const evaluated = evaluateItem(item, memberships, settings.evaluation, now, 'changed');
    const isEvaluated =
      stringify(statuses(evaluated.profiles)) === stringify(statuses(memberships.profiles)) &&
      item.mergedIn.every((canonicalKey) => memberships.mergedIn.includes(canonicalKey));
    if (!isEvaluated) counts.toEvaluate += 1;
    const kept = await source.deliveryStates.get(item.canonicalKey);
    const deliveryState = kept && !isRedirect(kept) ? kept : noDeliveryState(item.canonicalKey);
    const decision = { canonicalKey: item.canonicalKey, revision: 0, decidedAt: now };
    const routed = routeItem(profilesIn(item, settings.route), memberships, deliveryState, settings.route, decision);
    // What a guard holds back waits for somebody's word, and nothing is on its way.
    const deliveries = routed.deliveries.filter(
      ({ delivery: { destinationId } }) => !deliveryState.destinations[destinationId]?.excluded[HELD],
    );
    if (
      deliveries.length > 0 ||
      deliveryState.pending.length > 0 ||
      memberships.mergedIn.some((canonicalKey) => !deliveryState.mergedIn.includes(canonicalKey))
    )
      counts.toRoute += 1;
  });
  return counts;
}

/** Memberships without their times, which move on with every look. */
function statuses(profiles: ReturnType<typeof noMemberships>['profiles']): unknown {
  return Object.entries(profiles).map(([key, { segments, digest }]) => [
    key,
    digest,
    Object.entries(segments).map(([id, { status }]) => [id, status]),
  ]);
}
