import fc from 'fast-check';
import { activationVersion } from '#core/activation/activation-version.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { Delivery } from '#core/activation/delivery.ts';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { ExitGuard } from '#core/activation/exit-guard.ts';
import type { Outbox, OutgoingDelivery } from '#core/activation/ports/outbox.ts';
import { type RouteOptions, type RouteSettings, route } from '#core/activation/route.ts';
import type { Governance } from '#core/governance/governance.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type Identity, identityKey } from '#core/record/identity.ts';
import { type BatchRun, type EvaluateOptions, evaluate } from '#core/segmentation/evaluate.ts';
import type { EvaluateSettings } from '#core/segmentation/evaluate-item.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { segmentSet } from '#tests/harness/core/segments.ts';

/** A small world: three people, four devices, four segments, and what leads from records to destinations. */

export const NOW = Date.parse('2026-01-31T00:00:00Z');
export const DAY = 86_400_000;

export const segments = segmentSet({
  gold: ({ loyalty }) => loyalty === 'gold',
  active: ({ xEvent }) => xEvent.length >= 2,
  known: ({ identityMap }) => 'CRMID' in (identityMap as object),
  anonymous: ({ identityMap }) => !('CRMID' in (identityMap as object)),
});

export const activated = { segments: ['gold', 'active', 'known', 'anonymous'], enabled: true };
const device = fc.integer({ min: 1, max: 4 }).map(ecid);
const person = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd');
const time = fc.integer({ min: 1, max: 30 }).map((days) => NOW - days * DAY);
const optOut = fc.constantFrom('in', 'in', 'out');
export const record: fc.Arbitrary<AcceptedRecord> = fc.oneof(
  fc.tuple(time, device).map(([at, id]) => event(at, [id])),
  fc.tuple(time, person, device).map(([at, who, id]) => event(at, [who, id])),
  fc
    .tuple(time, person, fc.constantFrom('gold', 'none'), optOut)
    .map(([at, who, loyalty, out]) => attributes(at, who, { loyalty, privacyOptOuts: { general_opt_out: out } })),
  fc.tuple(time, device, fc.constantFrom('VA6', 'OR2', 'ZAF2')).map(([at, id, region]) => {
    const captureTimestamp = new Date(at).toISOString();
    return attributes(at, id, { userActivityRegions: { [region]: { captureTimestamp } } }, 'regions');
  }),
);

type Decisions = Governance | undefined;
const evaluationOf = (destinations: readonly DestinationDefinition[], governance: Decisions): EvaluateSettings => ({
  ...profileSettings,
  segments,
  mappedAttributes: ({ view }) => [
    view.loyalty,
    activationVersion(destinations),
    governance && [governance.fingerprint, view.consents],
  ],
});
const routingOf = (destinations: readonly DestinationDefinition[], governance: Decisions): RouteSettings => ({
  ...profileSettings,
  destinations: new Map(destinations.map((one) => [one.id, one])),
  governance,
});

/**
 * The platform in one process: stores, and what their streams would carry. `destinations` and `governance` may change
 * meanwhile.
 */
export function platform(
  next: () => Fault,
  destinations: () => readonly DestinationDefinition[],
  outbox?: Outbox,
  governance: () => Decisions = () => undefined,
  guard?: ExitGuard,
) {
  const stores = {
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
    deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
  };
  const sent: OutgoingDelivery[] = [];
  const faulty = {
    profiles: withFaults(stores.profiles, next),
    timeline: withFaults(stores.timeline, next),
    memberships: withFaults(stores.memberships, next),
    deliveryStates: withFaults(stores.deliveryStates, next),
    outbox: withFaults(
      outbox ?? { send: async (deliveries: readonly OutgoingDelivery[]) => void sent.push(...deliveries) },
      next,
    ),
  };
  const common = { ...faulty, now: () => NOW, backoff: async () => {} };
  return {
    ...stores,
    sent,
    stitch: (records: readonly AcceptedRecord[]) => stitch(records, { ...common, settings: foldSettings() }),
    evaluate: (canonicalKey: string, options: EvaluateOptions = {}) =>
      evaluate(canonicalKey, { ...common, settings: evaluationOf(destinations(), governance()) }, options),
    route: (canonicalKey: string, options: RouteOptions = {}) =>
      route(canonicalKey, { ...common, guard, settings: routingOf(destinations(), governance()) }, options),
    routeUnguarded: (canonicalKey: string) =>
      route(canonicalKey, { ...common, settings: routingOf(destinations(), governance()) }),
  };
}

/** Runs a stage once for each root. @returns those for which it failed */
export async function failuresOf(
  canonicalKeys: readonly string[],
  stage: (canonicalKey: string) => Promise<unknown>,
): Promise<string[]> {
  const failed: string[] = [];
  for (const canonicalKey of canonicalKeys) await stage(canonicalKey).catch(() => failed.push(canonicalKey));
  return failed;
}

/** Runs a stage for roots until each has succeeded once, as an event source that retries would. */
export async function untilDone(
  canonicalKeys: readonly string[],
  stage: (canonicalKey: string) => Promise<unknown>,
): Promise<void> {
  for (let pending = [...canonicalKeys]; pending.length > 0; ) {
    const again: string[] = [];
    for (const canonicalKey of pending) await stage(canonicalKey).catch(() => again.push(canonicalKey));
    pending = again;
  }
}

const identitiesOf = (delivery: Delivery): readonly Identity[] =>
  delivery.kind === 'aam-edge' ? [delivery.device, ...delivery.personIdentities] : delivery.identities;

/** What a destination knows after all it was told, one message after the other: `identity segment`. */
export function folded(sent: readonly OutgoingDelivery[], destinationId: string): string[] {
  const members = new Set<string>();
  for (const { delivery } of sent.filter((one) => one.delivery.destinationId === destinationId)) {
    for (const identity of identitiesOf(delivery)) {
      for (const change of delivery.changes) {
        const entry = `${identityKey(identity)} ${change.segmentId}`;
        if (change.status === 'realized') members.add(entry);
        else members.delete(entry);
      }
    }
  }
  return [...members].sort();
}

/** The first job after a change of how people are routed. */
const DAILY: BatchRun = { jobId: 'day', isStreamed: false, writesAll: true };

/** What the streams of a platform's stores still have to bring: what failed comes again with the next that changed. */
export function follow(run: ReturnType<typeof platform>) {
  let [evaluated, routed] = [0, 0];
  let late: { evaluate: readonly string[]; route: readonly string[] } = { evaluate: [], route: [] };
  const routeOne = (canonicalKey: string) => run.route(canonicalKey);
  return {
    async catchUp(): Promise<void> {
      const evaluations = [...late.evaluate, ...run.profiles.changed.slice(evaluated)];
      evaluated = run.profiles.changed.length;
      const notEvaluated = await failuresOf(evaluations, run.evaluate);
      const routes = [...late.route, ...run.memberships.changed.slice(routed)];
      routed = run.memberships.changed.length;
      late = { evaluate: notEvaluated, route: await failuresOf(routes, routeOne) };
    },
    /**
     * The evaluation of the day visits everybody, and what it changes is routed.
     * @param writesAll where how people are routed has changed since the last: as the first job after that does
     */
    async endOfDay(writesAll = false): Promise<void> {
      const everybody = (await Array.fromAsync(run.profiles.scan())).map(({ canonicalKey }) => canonicalKey);
      await untilDone([...late.evaluate, ...run.profiles.changed.slice(evaluated), ...everybody], (canonicalKey) =>
        run.evaluate(canonicalKey, writesAll ? { run: DAILY } : {}),
      );
      await untilDone([...late.route, ...run.memberships.changed.slice(routed)], routeOne);
    },
  };
}
