import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { EdgeDelivery, MembershipChange, ProfileDelivery } from './delivery.ts';
import {
  currentDeliveryState,
  type DeliveryStateItem,
  type DeliveryStateStore,
  type LastRouted,
} from './delivery-state.ts';
import type { Reroute } from './reroute.ts';

type Checked = ProfileDelivery | EdgeDelivery;

export interface StillHolds<D> {
  /** What of a delivery still holds; undefined where nothing does. */
  readonly delivery?: D;
  /** What has to be routed anew, because nobody can say what the destination will know. */
  readonly reroute?: Reroute;
}

/**
 * What of a delivery still holds. A message that is tried again, or redriven, may come after a later one. The delivery
 * state knows what was decided last about each identity and segment, so a change that was decided anew is left out: the
 * later decision has a message of its own.
 *
 * A lane keeps the order of the messages of one item. Where items were joined there is none between the messages of the
 * one that was ingested and those of the one that took it in: then its identities are routed anew.
 */
export async function stillHolds<D extends Checked>(
  delivery: D,
  deliveryStates: DeliveryStateStore,
): Promise<StillHolds<D>> {
  const deliveryState = await currentDeliveryState(delivery.canonicalKey, deliveryStates);
  if (!deliveryState) return { delivery };
  const unordered = decidedElsewhere(delivery, deliveryState);
  const withEntries = (reroute: Reroute): Reroute => ({ ...reroute, ...entriesIn(delivery) });
  const left = Map.groupBy(
    identitiesOf(delivery).flatMap((key) => {
      const changes = unordered.includes(key)
        ? []
        : delivery.changes.filter((change) => holds(key, change, delivery, deliveryState));
      return changes.length > 0 ? [{ key, changes }] : [];
    }),
    ({ changes }) => changes.map(({ segmentId }) => segmentId).join('\n'),
  );
  const [only, ...others] = [...left.values()];
  // Identities that were told together, and are not one person any more.
  if (others.length > 0) return { reroute: withEntries(rerouteOf(delivery, deliveryState, identitiesOf(delivery))) };
  return {
    ...(only && {
      delivery: about(
        delivery,
        only.map(({ key }) => key),
        only[0]!.changes,
      ),
    }),
    ...(unordered.length > 0 && { reroute: withEntries(rerouteOf(delivery, deliveryState, unordered)) }),
  };
}

/** The entries that a message would have told which is not sent. */
function entriesIn({ changes }: Checked): Pick<Reroute, 'untold'> {
  const entries = changes.flatMap(({ segmentId, entry, lastQualificationTime }) =>
    entry ? [[segmentId, lastQualificationTime] as const] : [],
  );
  return entries.length === 0 ? {} : { untold: Object.fromEntries(entries) };
}

/**
 * What has to be routed anew after an attempt to deliver, whatever became of it: identities about which something was
 * decided, meanwhile, whose message may have come before this one.
 */
export async function overtaken(delivery: Checked, deliveryStates: DeliveryStateStore): Promise<Reroute | undefined> {
  const deliveryState = await currentDeliveryState(delivery.canonicalKey, deliveryStates);
  const unordered = deliveryState ? decidedElsewhere(delivery, deliveryState) : [];
  return unordered.length > 0 ? rerouteOf(delivery, deliveryState!, unordered) : undefined;
}

/**
 * Identities about which a later decision was made whose messages have no order with the delivery. About people any
 * decision counts, since attributes go along with it; about a device that of the same segment.
 */
function decidedElsewhere(delivery: Checked, deliveryState: DeliveryStateItem): IdentityKey[] {
  const lastRouted = routedOf(delivery, deliveryState);
  const isConcerned = (segmentId: string): boolean =>
    delivery.kind === 'profile' || delivery.changes.some((change) => change.segmentId === segmentId);
  const isUnordered = (entry: LastRouted): boolean =>
    (entry.revision ?? 0) > delivery.revision &&
    (deliveryState.canonicalKey !== delivery.canonicalKey || isByFile(entry));
  return identitiesOf(delivery).filter((key) =>
    Object.entries(lastRouted[key] ?? {}).some(([segmentId, entry]) => isConcerned(segmentId) && isUnordered(entry)),
  );
}

/** What goes to Audience Manager by file only does not wait for the calls to its edge. */
const isByFile = ({ routes }: LastRouted): boolean =>
  routes !== undefined && !routes.some((way) => way.startsWith('edge:'));

function holds(
  key: IdentityKey,
  { segmentId, status }: MembershipChange,
  delivery: Checked,
  deliveryState: DeliveryStateItem,
): boolean {
  const lastRouted = routedOf(delivery, deliveryState)[key]?.[segmentId];
  // What the delivery state has forgotten is over: the person was deleted, or left long ago.
  if (!lastRouted) return deliveryState.lastRevision <= delivery.revision || status === 'exited';
  return lastRouted.revision === undefined ? lastRouted.status === status : lastRouted.revision <= delivery.revision;
}

const routedOf = ({ destinationId }: Checked, { destinations }: DeliveryStateItem) =>
  destinations[destinationId]?.lastRouted ?? {};

const rerouteOf = (
  { destinationId }: Checked,
  { canonicalKey }: DeliveryStateItem,
  identities: readonly IdentityKey[],
): Reroute => ({
  canonicalKey,
  destinationId,
  identities: [...identities],
});

const identitiesOf = (delivery: Checked): IdentityKey[] =>
  (delivery.kind === 'profile' ? delivery.identities : [delivery.device, ...delivery.personIdentities]).map(
    identityKey,
  );

/** The part of a delivery that is about some of its identities; where its device is none of them, another takes its place. */
function about<D extends Checked>(delivery: D, keys: readonly IdentityKey[], changes: readonly MembershipChange[]): D {
  const identities = keys.map(parseIdentityKey);
  const [device, ...personIdentities] = identities;
  return {
    ...delivery,
    ...(delivery.kind === 'profile' ? { identities } : { device, personIdentities }),
    changes: [...changes],
  };
}
