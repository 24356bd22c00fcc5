import type { StageStores } from '#cli/stage/stores.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { HELD, membersOf } from '#core/activation/guard.ts';

/**
 * Counts the audiences of a destination as it knows them, and puts that in the place of what was counted on the way: a
 * function that died in between may have been omitted.
 */
export async function recountAudiences(
  { id, segments }: Pick<DestinationDefinition, 'id' | 'segments'>,
  { deliveryStates, guards }: Pick<StageStores, 'deliveryStates' | 'guards'>,
): Promise<void> {
  const sizes: Record<string, number> = Object.fromEntries(segments.map((segmentId) => [segmentId, 0]));
  for await (const { destinations } of deliveryStates.scan()) {
    const known = destinations[id];
    if (!known) continue;
    for (const segmentId of membersOf(known)) sizes[segmentId] = (sizes[segmentId] ?? 0) + 1;
  }
  for (const [segmentId, size] of Object.entries(sizes)) await guards.setAudience(id, segmentId, size);
}

/** A change that waits for the release of its destination. */
export interface HeldChange {
  /** Of the profile, or of one of its identities. */
  readonly profile: string;
  readonly segmentId: string;
  readonly change: 'enters' | 'leaves';
}

/** Whom a guard keeps from entering or leaving audiences of a destination. */
export async function* heldChanges(
  destinationId: string,
  { deliveryStates }: Pick<StageStores, 'deliveryStates'>,
): AsyncIterable<HeldChange> {
  for await (const { destinations } of deliveryStates.scan()) {
    const known = destinations[destinationId];
    for (const membership of known?.excluded[HELD] ?? []) {
      const at = membership.lastIndexOf('|');
      const [profile, segmentId] = [membership.slice(0, at), membership.slice(at + 1)];
      const { status, again } = known?.lastRouted[profile]?.[segmentId] ?? {};
      // What is to be told again is mostly what was told.
      const leaves = again ? status === 'exited' : status === 'realized';
      yield { profile, segmentId, change: leaves ? 'leaves' : 'enters' };
    }
  }
}
