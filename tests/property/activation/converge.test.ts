import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShared } from '#core/activation/aam/identities.ts';
import type { Delivery, MembershipChange } from '#core/activation/delivery.ts';
import type { LedgerItem } from '#core/activation/ledger.ts';
import { type RouteRules, route } from '#core/activation/route.ts';
import type { DestinationDefinition } from '#core/catalog/definitions.ts';
import { type Identity, identityKey, parseIdentityKey } from '#core/identity/identity.ts';
import type { AcceptedRecord } from '#core/ingestion/accepted-record.ts';
import type { OutgoingDelivery } from '#core/ports/outbox.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { stitch } from '#core/profile/stitch.ts';
import { type EvaluationRules, evaluate } from '#core/segmentation/evaluate.ts';
import { MemoryProfileStore } from '#lambdas/adapters/profile-store.memory.ts';
import { MemoryTimeline } from '#lambdas/adapters/timeline.memory.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/versioned-store.memory.ts';
import { attributes, ecid, event, foldRules } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { profileRules } from '#tests/harness/core/profiles.ts';
import { segmentSet } from '#tests/harness/core/segments.ts';

const NOW = Date.parse('2026-01-31T00:00:00Z');
const DAY = 86_400_000;

const segments = segmentSet({
  gold: ({ loyalty }) => loyalty === 'gold',
  active: ({ xEvent }) => xEvent.length >= 2,
  known: ({ identityMap }) => 'CRMID' in (identityMap as object),
  anonymous: ({ identityMap }) => !('CRMID' in (identityMap as object)),
});

const activated = { segments: ['gold', 'active', 'known', 'anonymous'], enabled: true };
const destinations: readonly DestinationDefinition[] = [
  { id: 'webhook', type: 'http', url: 'https://hooks.example.com', attributes: ['loyalty'], ...activated },
  { id: 'file', type: 's3-file', identity: 'ECID', attributes: [], schedule: 'daily', ...activated },
  { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}', ...activated },
];

const evaluation: EvaluationRules = { ...profileRules, segments, mappedAttributes: ({ view }) => view.loyalty };
const routing: RouteRules = { ...profileRules, destinations: new Map(destinations.map((one) => [one.id, one])) };

const device = fc.integer({ min: 1, max: 4 }).map(ecid);
const person = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd');
const time = fc.integer({ min: 1, max: 30 }).map((days) => NOW - days * DAY);
const optOut = fc.constantFrom('in', 'in', 'out');
const record: fc.Arbitrary<AcceptedRecord> = fc.oneof(
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

/** The platform in one process: stores, and what their streams would carry. */
function platform(next: () => Fault) {
  const stores = {
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
    ledgers: new MemoryVersionedStore<LedgerItem>(),
  };
  const sent: OutgoingDelivery[] = [];
  const faulty = {
    profiles: withFaults(stores.profiles, next),
    timeline: withFaults(stores.timeline, next),
    memberships: withFaults(stores.memberships, next),
    ledgers: withFaults(stores.ledgers, next),
    outbox: withFaults(
      { send: async (deliveries: readonly OutgoingDelivery[]) => void sent.push(...deliveries) },
      next,
    ),
  };
  const common = { ...faulty, now: () => NOW, pause: async () => {} };
  return {
    ...stores,
    sent,
    stitch: (records: readonly AcceptedRecord[]) => stitch(records, { ...common, rules: foldRules() }),
    evaluate: (root: string) => evaluate(root, { ...common, rules: evaluation }),
    route: (root: string) => route(root, { ...common, rules: routing }),
  };
}

/** Runs a stage once for each root. @returns those for which it failed */
async function failuresOf(roots: readonly string[], stage: (root: string) => Promise<unknown>): Promise<string[]> {
  const failed: string[] = [];
  for (const root of roots) await stage(root).catch(() => failed.push(root));
  return failed;
}

/** Runs a stage for roots until each has succeeded once, as an event source that retries would. */
async function untilDone(roots: readonly string[], stage: (root: string) => Promise<unknown>): Promise<void> {
  for (let pending = [...roots]; pending.length > 0; ) {
    const again: string[] = [];
    for (const root of pending) await stage(root).catch(() => again.push(root));
    pending = again;
  }
}

const identitiesOf = (delivery: Delivery): readonly Identity[] =>
  delivery.kind === 'aam-edge' ? [delivery.device, ...delivery.personIdentities] : delivery.identities;

/** What a destination knows after all it was told, one message after the other: `identity segment`. */
function folded(sent: readonly OutgoingDelivery[], destinationId: string): string[] {
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

const accepts: Readonly<Record<string, (key: string) => boolean>> = {
  webhook: () => true,
  file: (key) => key.startsWith('ECID:'),
  aam: (key) => isShared(parseIdentityKey(key)),
};

/** What it should know, straight from the profiles. */
async function desired(profiles: MemoryProfileStore, destinationId: string): Promise<string[]> {
  const members: string[] = [];
  for await (const item of profiles.scan()) {
    for (const { view, identities, optedOut } of profilesOf(item, profileRules)) {
      const held = optedOut ? [] : [...segments.evaluate(view, NOW)].filter(([, is]) => is).map(([id]) => id);
      members.push(...identities.filter(accepts[destinationId]!).flatMap((key) => held.map((id) => `${key} ${id}`)));
    }
  }
  return members.sort();
}

describe('destinations', () => {
  it('end up knowing exactly the memberships there are, through merges, splits, opt-outs and faults', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 25 }), fc.infiniteStream(fc.nat()), async (records, numbers) => {
        const draw = (): number => numbers.next().value as number;
        let faults = 40;
        const next = (): Fault =>
          faults-- > 0 ? (['none', 'none', 'none', 'before', 'after', 'conflict'] as const)[draw() % 6]! : 'none';
        const run = platform(next);
        let evaluated = 0;
        let routed = 0;
        let toEvaluate: readonly string[] = [];
        let toRoute: readonly string[] = [];
        // What fails waits until later: by then the world may have changed, and changed back.
        const catchUp = async (): Promise<void> => {
          const evaluations = [...toEvaluate, ...run.profiles.changed.slice(evaluated)];
          evaluated = run.profiles.changed.length;
          toEvaluate = await failuresOf(evaluations, run.evaluate);
          const routes = [...toRoute, ...run.memberships.changed.slice(routed)];
          routed = run.memberships.changed.length;
          toRoute = await failuresOf(routes, run.route);
        };
        const isDone = (): boolean =>
          toEvaluate.length + toRoute.length === 0 &&
          evaluated === run.profiles.changed.length &&
          routed === run.memberships.changed.length;
        for (const one of records) {
          for (let pending = [one]; pending.length > 0; ) {
            pending = (await run.stitch(pending)).failed.map((failed) => failed.record);
          }
          // Sometimes the stages lag behind, and what they see is later than what woke them.
          if (draw() % 2 === 0) await catchUp();
        }
        for (let turns = 0; !isDone(); turns++) {
          if (turns > 100) throw new Error('the stages never come to rest');
          await catchUp();
        }
        for (const { id } of destinations) expect(folded(run.sent, id), id).toEqual(await desired(run.profiles, id));
      }),
      { numRuns: 300 },
    );
  });

  it('hear nothing twice when nothing has changed', async () => {
    const run = platform(() => 'none');
    const login = event(NOW - DAY, ['CRMID:ann', ecid(1)]);
    await run.stitch([login, attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'gold' })]);
    await untilDone(run.profiles.changed, run.evaluate);
    await untilDone(run.memberships.changed, run.route);
    const heard = run.sent.length;
    expect(heard).toBeGreaterThan(0);
    await run.stitch([login]);
    await untilDone([...run.profiles.changed], run.evaluate);
    await untilDone([...run.memberships.changed], run.route);
    expect(run.sent.length).toBe(heard);
  });

  it('withdraw a membership from Audience Manager the way it was told (AAM-15)', async () => {
    const run = platform(() => 'none');
    const region = { VA6: { captureTimestamp: new Date(NOW - DAY).toISOString() } };
    const step = async (...records: AcceptedRecord[]): Promise<MembershipChange[]> => {
      const [evaluated, routed, before] = [
        run.profiles.changed.length,
        run.memberships.changed.length,
        run.sent.length,
      ];
      await run.stitch(records);
      await untilDone(run.profiles.changed.slice(evaluated), run.evaluate);
      await untilDone(run.memberships.changed.slice(routed), run.route);
      return run.sent
        .slice(before)
        .flatMap(({ outletId, delivery }) => (outletId === 'aam.edge' ? delivery.changes : []));
    };
    const entered = await step(
      attributes(NOW - DAY, ecid(1), { userActivityRegions: region }, 'regions'),
      event(NOW - DAY, ['CRMID:ann', ecid(1)]),
      attributes(NOW - 2 * DAY, 'CRMID:ann', { loyalty: 'gold' }),
    );
    expect(entered.map(({ segmentId, status }) => `${segmentId} ${status}`)).toEqual([
      'gold realized',
      'known realized',
    ]);
    const exited = await step(attributes(NOW - DAY, 'CRMID:ann', { loyalty: 'none' }));
    expect(exited.map(({ segmentId, status }) => `${segmentId} ${status}`)).toEqual(['gold exited']);
  });
});
