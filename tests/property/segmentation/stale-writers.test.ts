import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadItem } from '#core/profile/load.ts';
import { stitch } from '#core/profile/stitch.ts';
import { evaluate } from '#core/segmentation/evaluate.ts';
import { evaluateChanges, type ItemChange } from '#core/segmentation/evaluate-change.ts';
import { evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, foldSettings } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { segmentSet } from '#tests/harness/core/segments.ts';
import { drawFrom } from '#tests/harness/interleaving/draw.ts';
import { type Command, Interleaver } from '#tests/harness/interleaving/interleaver.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const NOW = Date.parse('2026-01-31T00:00:00Z');
const ROOT = 'CRMID:ann';
const settings = {
  ...profileSettings,
  segments: segmentSet({ gold: ({ loyalty }) => loyalty === 'gold' }),
  mappedAttributes: () => [],
};

describe('who evaluates a profile beside the stream of its changes', () => {
  it(
    'leaves no memberships behind of what it has seen before them',
    async () => {
      const records = fc.array(fc.constantFrom('gold', 'none'), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(records, fc.nat({ max: 3 }), fc.nat(), async (tiers, others, seed) => {
          const draw = drawFrom(seed);
          const clock = createClock(NOW);
          const interleaver = new Interleaver({ clock, draw, maxStepMs: 1_000, maxCallMs: 10_000, crashes: 0 });
          const profiles = new MemoryProfileStore();
          const memberships = new MemoryMembershipStore();
          const changes: ItemChange[] = [];
          const stepwise = { profiles: interleaver.wrap(profiles), memberships: interleaver.wrap(memberships) };
          const deps = { ...stepwise, settings, now: clock.now, backoff: async () => {} };

          const take = async (loyalty: string, index: number): Promise<void> => {
            const before = await loadItem(ROOT, profiles);
            const record = attributes(NOW + index, ROOT, { loyalty });
            await stitch([record], {
              profiles,
              timeline: new MemoryTimeline(),
              settings: foldSettings(),
              backoff: async () => {},
            });
            changes.push({ before, after: (await loadItem(ROOT, profiles))! });
          };
          /** What has come so far, some of it together, always in its order. */
          const transitions = async (): Promise<void> => {
            if (isFollowing || changes.length === 0) return;
            isFollowing = true;
            await evaluateChanges(changes.splice(0, 1 + draw(changes.length)), deps);
            isFollowing = false;
          };
          let isFollowing = false;
          const at = (): number => NOW + draw(6_000);
          const commands: Command[] = [
            ...tiers.map((tier, index) => ({ at: NOW + index * 1_000, name: 'record', run: () => take(tier, index) })),
            ...tiers.map(() => ({ at: at(), name: 'stream', run: transitions })),
            ...Array.from({ length: others }, () => ({
              at: at(),
              name: 'reevaluate-due',
              run: () => evaluate(ROOT, deps),
            })),
          ].sort((a, b) => a.at - b.at);
          await interleaver.play(commands, []);
          while (changes.length > 0) await transitions();

          const item = (await loadItem(ROOT, profiles))!;
          const scratch = evaluateItem(item, noMemberships(ROOT), settings, NOW, 'all');
          const stored = await memberships.get(ROOT);
          const isGold = (held: typeof scratch | typeof stored): boolean =>
            held !== undefined && 'profiles' in held && held.profiles[ROOT]?.segments.gold?.status === 'realized';
          expect(isGold(stored)).toBe(isGold(scratch));
        }),
        runs(1, 2_000),
      );
    },
    timeout,
  );

  it('also where the stream is done with a change while what was before it is about to be written', async () => {
    const [profiles, memberships] = [new MemoryProfileStore(), new MemoryMembershipStore()];
    const backoff = async (): Promise<void> => {};
    const take = async (loyalty: string, index: number): Promise<ItemChange> => {
      const before = await loadItem(ROOT, profiles);
      const deps = { profiles, timeline: new MemoryTimeline(), settings: foldSettings(), backoff };
      await stitch([attributes(NOW + index, ROOT, { loyalty })], deps);
      return { before, after: (await loadItem(ROOT, profiles))! };
    };
    const deps = { profiles, memberships, settings, now: () => NOW, backoff };
    const first = await take('gold', 1);
    let isUnderWay = false;
    const write: typeof memberships.write = async (...args) => {
      if (!isUnderWay) {
        isUnderWay = true;
        await evaluateChanges([first, await take('none', 2)], deps);
      }
      return await memberships.write(...args);
    };
    const get: typeof memberships.get = (canonicalKey) => memberships.get(canonicalKey);
    const beside = Object.assign(Object.create(memberships), { get, write });
    await evaluate(ROOT, { ...deps, memberships: beside });
    expect(isUnderWay).toBe(true);
    expect(await memberships.get(ROOT)).toMatchObject({
      profiles: { [ROOT]: { segments: { gold: { status: 'exited' } } } },
    });
  });
});
