import { destinationOfLane } from '#core/contract/delivery-lanes.ts';
import type { DestinationDefinition } from './definition.ts';
import { assignLanes, type LaneAssignments, lanesWanted } from './lanes.ts';
import type { LaneAssignmentStore } from './ports/lane-assignments.ts';
import type { LanePool, LaneSecrets } from './ports/lane-pool.ts';
import { lanesOfDestination, requestTypeOf, TYPES } from './registry.ts';

export interface GiveLanesDeps {
  readonly assignments: LaneAssignmentStore;
  readonly pool: LanePool;
  readonly secrets: LaneSecrets;
  /** Delivery lanes that the stage's file gives to destinations: they need none of the pool. */
  readonly fixed: ReadonlySet<string>;
  /** Whether a delivery lane is of the catalog that is active until then: functions still route to it. */
  isActive(laneId: string): boolean;
  isPaused(destinationId: string): Promise<boolean>;
}

/** What was done with the lanes of the pool. */
export interface LanesGiven {
  readonly taken: readonly string[];
  readonly freed: readonly string[];
}

/** Why destinations got none. */
export type NoLane =
  | { readonly reason: 'none-left'; readonly without: readonly string[] }
  /** Others give out lanes at the same time. */
  | { readonly reason: 'busy' };

const ROUNDS = 5;

/**
 * Gives destinations their lanes before the catalog that has them is made active, and takes back those that nobody needs:
 * what functions read of it then is there. Lanes that nobody has are switched off.
 */
export async function giveLanes(
  destinations: readonly DestinationDefinition[],
  deps: GiveLanesDeps,
): Promise<LanesGiven | NoLane> {
  const { assignments: store, pool, secrets, fixed } = deps;
  const open = destinations.flatMap(lanesOfDestination).filter(({ id }) => !fixed.has(id));
  const owners = new Map(open.map(({ id, destinationId }) => [id, destinationId]));
  const ownerOf = (laneId: string): string => owners.get(laneId) ?? destinationOfLane(laneId);
  const pooled = destinations.filter(({ id }) => owners.has(id));
  for (let round = 0; round < ROUNDS; round++) {
    const { version, assignments } = await store.get();
    const idle = await idleLanes(Object.values(assignments), pool);
    const mayFree = (id: string, lane: string): boolean => !deps.isActive(id) && idle.has(lane);
    const plan = assignLanes(assignments, lanesWanted(open), pool.size, mayFree);
    if (plan.without.length > 0) return { reason: 'none-left', without: plan.without.map(ownerOf) };
    const isSame = JSON.stringify(plan.assignments) === JSON.stringify(assignments);
    const isNew = (id: string): boolean => plan.taken.includes(id) || !(id in assignments);
    if (pool.size > 0) await provideSecrets(pooled, isNew, secrets);
    if (!isSame && !(await store.put(version, plan.assignments))) continue;
    for (const id of Object.keys(assignments)) if (!(id in plan.assignments)) await secrets.forget(id);
    await switchPool(plan.assignments, pool, (laneId) => deps.isPaused(ownerOf(laneId)));
    return { taken: plan.taken, freed: plan.freed };
  }
  return { reason: 'busy' };
}

/** What to do where no lane is left. @param lanes how many the stage has */
export const noLaneLeft = (ids: readonly string[], lanes: number, stage: string): string =>
  `No delivery lane is left for: ${ids.join(', ')}. The stage has ${lanes}: raise "lanes" in stages/${stage}.yaml and deploy. ` +
  'The lane of a destination that has left the catalog is free when its queue and its dead letters are empty: see "tributary destination list".';

async function provideSecrets(
  pooled: readonly DestinationDefinition[],
  isNew: (id: string) => boolean,
  secrets: LaneSecrets,
): Promise<void> {
  for (const { id } of pooled.filter((each) => hasSecret(each) && isNew(each.id))) await secrets.create(id);
  await secrets.markTexting(pooled.filter(sendsTexts).map(({ id }) => id));
}

const sendsTexts = (destination: DestinationDefinition): boolean => requestTypeOf(destination)?.texts !== undefined;

/** Whether deliveries to a destination need anything secret: requests about people are signed, files may need a sign-in. */
export function hasSecret({ type: name }: Pick<DestinationDefinition, 'type'>): boolean {
  const type = TYPES.get(name);
  return type?.delivery === 'requests' || (type !== undefined && Object.keys(type.credentials).length > 0);
}

async function idleLanes(lanes: readonly string[], pool: LanePool): Promise<ReadonlySet<string>> {
  const counts = await Promise.all([...new Set(lanes)].map(async (lane) => [lane, await pool.messages(lane)] as const));
  return new Set(counts.filter(([, { waiting, deadLetters }]) => waiting + deadLetters === 0).map(([lane]) => lane));
}

/** Switches on the lanes that somebody has and is not paused by hand, and off those that nobody has. */
async function switchPool(
  assignments: LaneAssignments,
  pool: LanePool,
  isPaused: (laneId: string) => Promise<boolean>,
): Promise<void> {
  const states = await Promise.all(
    Object.entries(assignments).map(async ([id, lane]) => ({ lane, paused: await isPaused(id) })),
  );
  const inUse = new Set(states.filter(({ paused }) => !paused).map(({ lane }) => lane));
  for (const { lane, isOn, turn } of await pool.switches()) if (isOn !== inUse.has(lane)) await turn(inUse.has(lane));
}
