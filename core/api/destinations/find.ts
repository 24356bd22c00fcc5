import type { DestinationDefinition } from '#core/activation/definition.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { FILES_LANE } from '#core/contract/delivery-lanes.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

export const FAMILY = 'destinations';

/** A destination of the active catalog, or the answer that there is none of the id. */
export async function findDestination({
  params,
  deps,
}: RouteCall): Promise<
  { readonly destination: DestinationDefinition; readonly active: ActiveDefinitions } | HttpAnswer
> {
  const active = await deps.definitions.active();
  const destination = active.catalog.destinations.find(({ id }) => id === params.id);
  return destination ? { destination, active } : problem(FAMILY, 404, 'There is no destination of this id');
}

/** The lanes of a destination. */
export interface OwnLanes {
  /** Those of the pool that it has to itself. */
  readonly pool: readonly string[];
  /** Whether files gather in a lane that it shares. */
  readonly isShared: boolean;
  /** Whether the stage's file gives it lanes: those are steered by the command line. */
  readonly isFixed: boolean;
}

/** Which lanes a destination has. */
export async function lanesOf(destination: DestinationDefinition, { lanes }: RouteCall['deps']): Promise<OwnLanes> {
  const { assignments } = await lanes.assignments.get();
  const ids = lanesOfDestination(destination).map(({ id }) => id);
  const given = ids.flatMap((id) => (Object.hasOwn(assignments, id) ? [assignments[id]!] : []));
  return {
    pool: given.filter((lane) => lane !== FILES_LANE),
    isShared: given.includes(FILES_LANE),
    isFixed: ids.some((id) => lanes.fixed.has(id)),
  };
}
