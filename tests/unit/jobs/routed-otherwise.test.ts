import { describe, expect, it } from 'vitest';
import type { Job } from '#core/jobs/job.ts';
import { startJob } from '#core/jobs/start-job.ts';
import { stitch } from '#core/profile/stitch.ts';
import { evaluate } from '#core/segmentation/evaluate.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { attributes, foldSettings } from '#tests/harness/core/factories.ts';
import { MemoryJobs } from '#tests/harness/core/jobs.memory.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { segmentSet } from '#tests/harness/core/segments.ts';

const NOW = Date.parse('2026-01-31T00:00:00Z');
const backoff = async (): Promise<void> => {};

describe('a job that follows a catalog under which people were routed otherwise', () => {
  it('writes every item, as does the next one while that catalog may still have been seen; none other does', async () => {
    const jobs = new MemoryJobs();
    let [ids, now] = [0, NOW];
    const deps = {
      jobs,
      queue: { send: async () => {} },
      partitionCount: 1,
      now: () => now,
      newId: () => `job ${++ids}`,
      backoff,
    };
    /** @param at minutes; `since`: of the catalog */
    const start = async (version: string, at: number, routedSince: number): Promise<Job> => {
      now = NOW + at * 60_000;
      const since = { activeSince: NOW + routedSince * 60_000, routedSince: NOW + routedSince * 60_000 };
      return (await jobs.get((await startJob(version, deps, since)).jobId))!;
    };
    const finish = (job: Job): Promise<void> => jobs.end(job, { status: 'finished', endedAt: now });
    const first = await start('usual', 0.5, 0);
    expect(first.writesAll).toBe(true);
    await finish(first);
    const second = await start('usual', 10, 0);
    expect(second.writesAll, 'the first began too early').toBe(true);
    await finish(second);
    expect((await start('usual', 20, 0)).writesAll).toBeUndefined();
    const other = await start('mistaken', 30, 29);
    expect(other.writesAll).toBe(true);
    const corrected = await start('usual', 40, 35);
    expect(corrected.writesAll).toBe(true);
    await finish(corrected);
    expect((await start('usual', 50, 35)).writesAll).toBeUndefined();
  });

  it('does not join one of before it', async () => {
    const jobs = new MemoryJobs();
    let ids = 0;
    const deps = {
      jobs,
      queue: { send: async () => {} },
      partitionCount: 1,
      now: () => NOW,
      newId: () => `job ${++ids}`,
      backoff,
    };
    const { jobId } = await startJob('usual', deps, { activeSince: NOW - 1 });
    expect(await startJob('usual', deps, { activeSince: NOW })).toEqual({ jobId, joined: true });
    expect(await startJob('usual', deps, { activeSince: NOW + 1 })).toMatchObject({ joined: false });
  });

  it('so that whoever was routed under that catalog is routed again', async () => {
    const [profiles, memberships] = [new MemoryProfileStore(), new MemoryMembershipStore()];
    await stitch([attributes(NOW, 'CRMID:ann', { loyalty: 'gold' })], {
      profiles,
      timeline: new MemoryTimeline(),
      settings: foldSettings(),
      backoff,
    });
    const segments = segmentSet({ gold: ({ loyalty }) => loyalty === 'gold' });
    const settings = { ...profileSettings, segments, mappedAttributes: () => [] };
    const deps = { profiles, memberships, settings, now: () => NOW, backoff };
    await evaluate('CRMID:ann', deps);
    const run = { jobId: 'job', isStreamed: false };
    await evaluate('CRMID:ann', deps, { run });
    expect(memberships.changed).toHaveLength(1);
    expect(await evaluate('CRMID:ann', deps, { run: { ...run, writesAll: true } })).toMatchObject({
      entered: 0,
      exited: 0,
    });
    expect(memberships.changed).toHaveLength(2);
  });
});
