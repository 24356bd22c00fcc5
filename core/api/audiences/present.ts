import type { Catalog } from '#core/catalog/catalog.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { listSegments, type SegmentListing } from '#core/catalog/lifecycle.ts';
import { planOfLast, segmentWithNeeded } from '#core/catalog/plan-segment.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { SegmentSetError } from '#core/segmentation/segment-compiler.ts';
import type { SegmentPlan } from '#core/segmentation/segment-set.ts';
import type { LastChange } from './history.ts';

/** What people call the states of an audience. */
const STATES = {
  draft: 'draft',
  published: 'active',
  inactive: 'paused',
  archived: 'archived',
} as const satisfies Readonly<Record<SegmentDefinition['lifecycleState'], string>>;

/** How a rule is evaluated, and why. */
export const describePlan = ({ method, reasons, latency, state }: SegmentPlan): object => ({
  method,
  reasons,
  latency,
  timedChanges: state.timedChanges,
});

/** Audiences as a list shows them, by id. */
export function describeAudiences(catalog: Catalog, changes: ReadonlyMap<string, LastChange>): object[] {
  return listSegments(catalog).map((listing) => describeOne(listing, catalog, changes.get(listing.id)));
}

function describeOne(listing: SegmentListing, catalog: Catalog, changed: LastChange | undefined): object {
  const { id, name, lifecycleState, dependencies, dependents } = listing;
  const { description, expression, mergePolicyId } = catalog.segments.find((one) => one.id === id)!;
  const destinations = catalog.destinations.filter((one) => listing.destinations.includes(one.id));
  const activities = (catalog.activities ?? []).filter(({ audience }) => audience === id);
  return {
    id,
    name,
    ...(description !== undefined && { description }),
    state: STATES[lifecycleState],
    rule: expression.value,
    ...(mergePolicyId !== undefined && { mergePolicyId }),
    ...planned(id, catalog),
    dependencies,
    dependents,
    destinations: destinations.map((one) => ({ id: one.id, name: one.name ?? one.id, enabled: one.enabled })),
    activities: activities.map((one) => ({ id: one.id, name: one.name })),
    ...(changed && { changed }),
  };
}

/** A rule of an earlier release may not be one any more: it says so, and the others are shown. */
function planned(id: string, catalog: Catalog): object {
  try {
    return { plan: describePlan(planOfLast(segmentWithNeeded(catalog, id)!, segmentOptions(catalog))) };
  } catch (error) {
    if (error instanceof PqlError || error instanceof SegmentSetError) return { needsRepair: error.message };
    throw error;
  }
}
