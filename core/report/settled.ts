import stringify from 'safe-stable-stringify';
import { noLedger } from '#core/activation/ledger.ts';
import { peopleIn, routeItem } from '#core/activation/route.ts';
import { evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { isMoved, noMemberships } from '#core/segmentation/membership.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import type { ReportSettings, ReportSource } from './report.ts';

const READS_AT_ONCE = 16;

/** Profile items on which work is still to be done. */
export interface Unsettled {
  readonly items: number;
  readonly toEvaluate: number;
  readonly toRoute: number;
}

/**
 * Whether everything that was stitched has been evaluated and routed: each stage is a function of what is stored, so
 * it has settled when it would change nothing.
 */
export async function unsettled(source: ReportSource, settings: ReportSettings, now: number): Promise<Unsettled> {
  const counts = { items: 0, toEvaluate: 0, toRoute: 0 };
  await eachAtOnce(source.profiles.scan(), READS_AT_ONCE, async (item) => {
    counts.items += 1;
    const stored = await source.memberships.get(item.root);
    const memberships = stored && !isMoved(stored) ? stored : noMemberships(item.root);
    const evaluated = evaluateItem(item, memberships, settings.evaluation, now, 'changed');
    const isEvaluated =
      stringify(statuses(evaluated.profiles)) === stringify(statuses(memberships.profiles)) &&
      item.absorbed.every((root) => memberships.absorbed.includes(root));
    if (!isEvaluated) counts.toEvaluate += 1;
    const kept = await source.ledgers.get(item.root);
    const ledger = kept && !isMoved(kept) ? kept : noLedger(item.root);
    const decision = { root: item.root, revision: 0, decidedAt: now };
    const { deliveries } = routeItem(peopleIn(item, settings.route), memberships, ledger, settings.route, decision);
    if (
      deliveries.length > 0 ||
      ledger.pending.length > 0 ||
      memberships.absorbed.some((root) => !ledger.absorbed.includes(root))
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
