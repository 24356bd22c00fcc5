import { describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import { explain } from '#core/profile/links/explain.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';

const DAY = 86_400_000;
const settings = foldSettings();
const backoff = async (): Promise<void> => {};
const why = { who: 'support', reason: 'one person typed the number of another' };

async function known(...events: readonly (readonly [number, ...string[]])[]): Promise<MemoryProfileStore> {
  const profiles = new MemoryProfileStore();
  const timeline = new MemoryTimeline();
  for (const [day, ...keys] of events) {
    const { failed } = await stitch([event(day * DAY, keys)], { profiles, timeline, settings, backoff });
    expect(failed).toEqual([]);
  }
  return profiles;
}

const unlinkBy = (profiles: ProfileStore, a: string, b: string, day: number) =>
  unlink(a, b, why, { profiles, rules: settings.links, now: () => day * DAY, backoff });
const lastRouted = (profiles: ProfileStore, key: string) => explain(key, { profiles, rules: settings.links });
const graphsIn = async (profiles: ProfileStore): Promise<string[][]> =>
  (await allProfiles(profiles)).map((profile) => (profile as { identities: string[] }).identities);

describe('unlink', () => {
  it('takes two people apart whom one link had made one, and leaves what each had', async () => {
    const profiles = await known([0, 'Email:a@x.org', ecid(1)], [0, 'Email:b@x.org', ecid(2)], [1, ecid(1), ecid(2)]);
    expect(await graphsIn(profiles)).toHaveLength(1);
    expect(await unlinkBy(profiles, ecid(2), ecid(1), 2)).toMatchObject({ outcome: 'withdrawn', remaining: [] });
    expect(await graphsIn(profiles)).toEqual([
      ['Email:a@x.org', ecid(1)],
      ['Email:b@x.org', ecid(2)],
    ]);
  });

  it('gives a device back to whom a mistaken login had taken it from', async () => {
    const profiles = await known([0, 'CRMID:ann', ecid(1)], [1, 'CRMID:bob', ecid(1)]);
    expect(await graphsIn(profiles)).toEqual([['CRMID:ann'], ['CRMID:bob', ecid(1)]]);
    await unlinkBy(profiles, 'CRMID:bob', ecid(1), 2);
    expect(await graphsIn(profiles)).toEqual([['CRMID:ann', ecid(1)], ['CRMID:bob']]);
  });

  it('says through what two identities still are on one profile', async () => {
    const profiles = await known([0, 'CRMID:ann', 'Email:a@x.org', ecid(1)]);
    const { outcome, ...rest } = await unlinkBy(profiles, 'CRMID:ann', ecid(1), 1);
    expect(outcome).toBe('withdrawn');
    expect(rest).toMatchObject({
      remaining: [
        { a: 'CRMID:ann', b: 'Email:a@x.org' },
        { a: ecid(1), b: 'Email:a@x.org' },
      ],
    });
  });

  it('says when there is no such link, or nothing is known of an identity', async () => {
    const profiles = await known([0, 'CRMID:ann', 'Email:a@x.org'], [0, 'Email:a@x.org', ecid(1)], [0, ecid(5)]);
    expect(await unlinkBy(profiles, 'CRMID:ann', ecid(1), 1)).toMatchObject({
      outcome: 'not-linked',
      connection: [{ a: 'CRMID:ann' }, { a: ecid(1) }],
    });
    expect(await unlinkBy(profiles, 'CRMID:ann', ecid(5), 1)).toEqual({ outcome: 'not-linked', connection: [] });
    expect(await unlinkBy(profiles, 'CRMID:ann', 'CRMID:nobody', 1)).toEqual({
      outcome: 'unknown-identity',
      identity: 'CRMID:nobody',
    });
  });

  it('takes out a link that a fast clock saw in what is still the future', async () => {
    const profiles = await known([9, 'CRMID:ann', ecid(1)]);
    await unlinkBy(profiles, 'CRMID:ann', ecid(1), 1);
    expect(await graphsIn(profiles)).toEqual([['CRMID:ann']]);
  });

  it('tries again when somebody else wrote first, and gives up after a bounded number of times', async () => {
    const profiles = await known([0, 'CRMID:ann', ecid(1)]);
    const rivals = (most: number): ProfileStore & { attempts: number } => ({
      attempts: 0,
      lookup: (keys) => profiles.lookup(keys),
      scan: () => profiles.scan(),
      async write(write) {
        if (this.attempts++ < most) throw new ConflictError('an item');
        await profiles.write(write);
      },
    });
    const unbounded = rivals(Number.POSITIVE_INFINITY);
    await expect(unlinkBy(unbounded, 'CRMID:ann', ecid(1), 1)).rejects.toThrow(ConflictError);
    expect(unbounded.attempts).toBe(8);
    expect(await unlinkBy(rivals(3), 'CRMID:ann', ecid(1), 1)).toMatchObject({ outcome: 'withdrawn' });
  });
});

describe('explain', () => {
  it('gives the fewest links from the strongest identity, with their time and where they came from', async () => {
    const profiles = await known(
      [0, 'CRMID:ann', 'Email:a@x.org'],
      [1, 'Email:a@x.org', ecid(1)],
      [2, 'Email:a@x.org', ecid(1)],
      [3, ecid(1), 'IDFA:A'],
    );
    const links = [
      { a: 'CRMID:ann', b: 'Email:a@x.org', firstSeen: 0, lastSeen: 0, source: 'web-events' },
      { a: ecid(1), b: 'Email:a@x.org', firstSeen: DAY, lastSeen: 2 * DAY, source: 'web-events' },
      { a: ecid(1), b: 'IDFA:A', firstSeen: 3 * DAY, lastSeen: 3 * DAY, source: 'web-events' },
    ];
    expect(await lastRouted(profiles, 'IDFA:A')).toEqual({
      identity: 'IDFA:A',
      profile: 'CRMID:ann',
      identities: ['CRMID:ann', 'Email:a@x.org', 'IDFA:A', ecid(1)],
      links,
      path: links,
      removed: [],
    });
  });

  it('tells of removed links, when and why, and whether they are back', async () => {
    const profiles = await known([0, 'CRMID:ann', ecid(1)], [1, 'CRMID:bob', ecid(1)], [20, 'CRMID:ann', ecid(1)]);
    expect((await lastRouted(profiles, ecid(1)))?.removed).toMatchObject([
      { a: 'CRMID:bob', b: ecid(1), at: 20 * DAY, why: 'unique-namespace', isBack: false },
      { a: 'CRMID:ann', b: ecid(1), at: DAY, why: 'unique-namespace', isBack: true },
    ]);
    await unlinkBy(profiles, 'CRMID:ann', ecid(1), 30);
    expect((await lastRouted(profiles, 'CRMID:ann'))?.removed[0]).toMatchObject({ why: 'withdrawn', unlinking: why });
  });

  it('says of an identity without links that it stands alone, and nothing of one that nobody knows', async () => {
    const profiles = await known([0, ecid(1)]);
    expect(await lastRouted(profiles, ecid(1))).toEqual({
      identity: ecid(1),
      profile: ecid(1),
      identities: [ecid(1)],
      links: [],
      path: [],
      removed: [],
    });
    expect(await lastRouted(profiles, ecid(2))).toBeUndefined();
  });
});
