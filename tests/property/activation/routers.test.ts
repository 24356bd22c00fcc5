import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { OutgoingDelivery } from '#core/activation/ports/outbox.ts';
import { route } from '#core/activation/route.ts';
import { stitch } from '#core/profile/stitch.ts';
import { isRedirect, noMemberships } from '#core/segmentation/membership.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore, MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, foldSettings } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { drawFrom } from '#tests/harness/interleaving/draw.ts';
import { type Command, Interleaver } from '#tests/harness/interleaving/interleaver.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { folded, NOW } from './world.ts';

const ROOT = 'CRMID:ann';
const WEBHOOK: DestinationDefinition = {
  id: 'webhook',
  type: 'http',
  url: 'https://hooks.example.com',
  attributes: [],
  segments: ['X', 'Y'],
  enabled: true,
};

/** As a FIFO queue does: what is said twice is said once. */
function queue(): { sent: OutgoingDelivery[]; send(deliveries: readonly OutgoingDelivery[]): Promise<void> } {
  const known = new Set<string>();
  const sent: OutgoingDelivery[] = [];
  return {
    sent,
    async send(deliveries) {
      for (const one of deliveries) {
        const key = JSON.stringify({ ...one, delivery: { ...one.delivery, decidedAt: 0 } });
        if (!known.has(key)) sent.push(one);
        known.add(key);
      }
    },
  };
}

describe('two who route the same item at the same time', () => {
  it(
    'leave the destination with the memberships there are, whoever comes last',
    async () => {
      const held = fc.subarray(['X', 'Y']);
      await fc.assert(
        fc.asyncProperty(
          fc.array(held, { minLength: 1, maxLength: 6 }),
          fc.nat({ max: 4 }),
          fc.nat(),
          async (all, more, seed) => {
            const draw = drawFrom(seed);
            const clock = createClock(NOW);
            const interleaver = new Interleaver({ clock, draw, maxStepMs: 1_000, maxCallMs: 10_000, crashes: 0 });
            const profiles = new MemoryProfileStore();
            await stitch([attributes(NOW, ROOT, {})], {
              profiles,
              timeline: new MemoryTimeline(),
              settings: foldSettings(),
              backoff: async () => {},
            });
            const memberships = new MemoryMembershipStore();
            const { sent, send } = queue();
            const deps = {
              profiles: interleaver.wrap(profiles),
              memberships: interleaver.wrap(memberships),
              deliveryStates: interleaver.wrap(new MemoryVersionedStore<DeliveryStateItem>()),
              outbox: interleaver.wrap({ send }),
              settings: { ...profileSettings, destinations: new Map([[WEBHOOK.id, WEBHOOK]]) },
              now: clock.now,
              backoff: async () => {},
            };
            /** A change of memberships. */
            const change = async (segments: readonly string[]): Promise<void> => {
              const stored = await memberships.get(ROOT);
              const item = stored && !isRedirect(stored) ? stored : noMemberships(ROOT);
              const entry = { status: 'realized' as const, lastQualificationTime: clock.now() };
              const realized = Object.fromEntries(segments.map((id) => [id, entry]));
              await memberships.write({ ...item, profiles: { [ROOT]: { segments: realized, digest: '' } } }, []);
              changes += 1;
            };
            /** The router that the stream of memberships wakes: once for several changes, or for each. */
            let changes = 0;
            let isFollowing = false;
            const follow = async (): Promise<void> => {
              if (isFollowing || changes === 0) return;
              isFollowing = true;
              changes -= 1 + draw(changes);
              await route(ROOT, deps, { inOrder: true });
              isFollowing = false;
            };
            const commands: Command[] = [
              ...all.map((segments, index) => ({
                at: NOW + index * 1_500,
                name: 'change',
                run: () => change(segments),
              })),
              ...Array.from({ length: more }, () => ({
                at: NOW + draw(9_000),
                name: 'other',
                run: () => route(ROOT, deps),
              })),
              ...all.map(() => ({ at: NOW + draw(12_000), name: 'stream', run: follow })),
            ].sort((a, b) => a.at - b.at);
            await interleaver.play(commands, []);
            while (changes > 0) await follow();
            expect(folded(sent, 'webhook')).toEqual(
              all
                .at(-1)!
                .map((id) => `${ROOT} ${id}`)
                .sort(),
            );
          },
        ),
        runs(1, 2_000),
      );
    },
    timeout,
  );

  it('so they do where the stream is done with a change while the other still has what was before it', async () => {
    const profiles = new MemoryProfileStore();
    const backoff = async (): Promise<void> => {};
    await stitch([attributes(NOW, ROOT, {})], {
      profiles,
      timeline: new MemoryTimeline(),
      settings: foldSettings(),
      backoff,
    });
    const memberships = new MemoryMembershipStore();
    const { sent, send } = queue();
    const deps = {
      profiles,
      memberships,
      deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
      outbox: { send },
      settings: { ...profileSettings, destinations: new Map([[WEBHOOK.id, WEBHOOK]]) },
      now: () => NOW,
      backoff,
    };
    const entry = { status: 'realized' as const, lastQualificationTime: NOW };
    const member = { ...noMemberships(ROOT), profiles: { [ROOT]: { segments: { X: entry }, digest: '' } } };
    await memberships.write(member, []);
    let isUnderWay = false;
    const lookup: typeof profiles.lookup = async (keys) => {
      if (!isUnderWay) {
        isUnderWay = true;
        await memberships.write({ ...noMemberships(ROOT), version: 1 }, []);
        await route(ROOT, deps, { inOrder: true });
      }
      return await profiles.lookup(keys);
    };
    await route(ROOT, { ...deps, profiles: Object.assign(Object.create(profiles), { lookup }) });
    expect(isUnderWay).toBe(true);
    expect(folded(sent, 'webhook')).toEqual([]);
  });
});
