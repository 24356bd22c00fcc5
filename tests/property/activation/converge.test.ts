import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { MembershipChange } from '#core/activation/delivery.ts';
import { isShared } from '#core/activation/destinations/aam/identities.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import type { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import type { Fault } from '#tests/harness/core/faults.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { runs } from '#tests/harness/runs.ts';
import { activated, DAY, failuresOf, folded, NOW, platform, record, segments, untilDone } from './world.ts';

const destinations: readonly DestinationDefinition[] = [
  { id: 'webhook', type: 'http', url: 'https://hooks.example.com', attributes: ['loyalty'], ...activated },
  { id: 'file', type: 's3-file', identity: 'ECID', attributes: [], schedule: 'daily', ...activated },
  { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}', ...activated },
];

const accepts: Readonly<Record<string, (key: string) => boolean>> = {
  webhook: () => true,
  file: (key) => key.startsWith('ECID:'),
  aam: (key) => isShared(parseIdentityKey(key)),
};

/** What it should know, straight from the profiles. */
async function desired(profiles: MemoryProfileStore, destinationId: string): Promise<string[]> {
  const members: string[] = [];
  for await (const item of profiles.scan()) {
    for (const { view, identities, optedOut } of profilesOf(item, profileSettings)) {
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
        const run = platform(next, () => destinations);
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
      runs(1.5, 300),
    );
  });

  it('hear nothing twice when nothing has changed', async () => {
    const run = platform(
      () => 'none',
      () => destinations,
    );
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
    const run = platform(
      () => 'none',
      () => destinations,
    );
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
      return run.sent.slice(before).flatMap(({ laneId, delivery }) => (laneId === 'aam.edge' ? delivery.changes : []));
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

  it('tell Audience Manager by the hub too of an entry that the edge is told, where its file may still end it', async () => {
    const run = platform(
      () => 'none',
      () => destinations,
    );
    const routes = async (...records: AcceptedRecord[]): Promise<string[]> => {
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
        .filter(({ laneId }) => laneId.startsWith('aam.'))
        .flatMap(({ laneId, delivery }) =>
          delivery.changes.filter(({ segmentId }) => segmentId === 'gold').map(({ status }) => `${laneId} ${status}`),
        );
    };
    const gold = (days: number, loyalty: string): AcceptedRecord =>
      attributes(NOW - days * DAY, 'CRMID:ann', { loyalty });
    const region = { VA6: { captureTimestamp: new Date(NOW - DAY).toISOString() } };
    expect(await routes(event(NOW - 9 * DAY, ['CRMID:ann', ecid(1)]), gold(9, 'gold'))).toEqual(['aam.hub realized']);
    expect(await routes(gold(8, 'none'))).toEqual(['aam.hub exited']);
    const seen = attributes(NOW - DAY, ecid(1), { userActivityRegions: region }, 'regions');
    expect(await routes(seen, gold(7, 'gold'))).toEqual(['aam.edge realized', 'aam.hub realized']);
    expect(await routes(gold(6, 'none'))).toEqual(['aam.edge exited', 'aam.hub exited']);
  });

  it('are counted: messages for each, and people who are left out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async (records) => {
        const run = platform(
          () => 'none',
          () => destinations,
        );
        await run.stitch(records);
        await untilDone([...run.profiles.changed], run.evaluate);
        const queued: Record<string, number> = {};
        let excluded = 0;
        for (const canonicalKey of new Set(run.memberships.changed)) {
          for (const [id, routed] of Object.entries((await run.route(canonicalKey)).destinations)) {
            queued[id] = (queued[id] ?? 0) + routed.queued;
            excluded += id === 'file' ? (routed.excluded.noAcceptedIdentity ?? 0) : 0;
          }
        }
        const sent = Map.groupBy(run.sent, ({ delivery }) => delivery.destinationId);
        for (const { id } of destinations) expect(queued[id] ?? 0, id).toBe(sent.get(id)?.length ?? 0);
        let withoutDevice = 0;
        for await (const item of run.profiles.scan()) {
          for (const { view, identities, optedOut } of profilesOf(item, profileSettings)) {
            const isMember = !optedOut && [...segments.evaluate(view, NOW).values()].some(Boolean);
            if (isMember && !identities.some((key) => key.startsWith('ECID:'))) withoutDevice += 1;
          }
        }
        expect(excluded).toBe(withoutDevice);
      }),
      runs(0.5, 100),
    );
  });
});
