import { describe, expect, it } from 'vitest';
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

describe('a job that takes the place of one under another catalog that did not come to its end', () => {
  it('writes every item; none other does', async () => {
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
    const start = async (version: string) => (await jobs.get((await startJob(version, deps)).jobId))!;
    const first = await start('usual');
    expect(first.writesAll).toBeUndefined();
    await jobs.end(first, { status: 'finished', endedAt: NOW });
    const mistaken = await start('mistaken');
    expect(mistaken.writesAll).toBeUndefined();
    const corrected = await start('usual');
    expect(corrected.writesAll).toBe(true);
    await jobs.end(corrected, { status: 'failed', endedAt: NOW });
    const again = await start('usual');
    expect(again.writesAll).toBe(true);
    await jobs.end(again, { status: 'finished', endedAt: NOW });
    expect((await start('usual')).writesAll).toBeUndefined();
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
