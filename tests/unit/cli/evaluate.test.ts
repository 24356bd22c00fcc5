import { describe, expect, it } from 'vitest';
import { printJobs, printProgress, reportJob } from '#cli/report/print-job.ts';
import { EVALUATION } from '#cli/stage/job-kinds.ts';
import { waitForJob } from '#cli/stage/run-job.ts';
import { type Job, type NewJob, UNTOUCHED } from '#core/jobs/job.ts';
import { MemoryJobs } from '#tests/harness/core/jobs.memory.ts';

const START = Date.parse('2026-03-01T01:00:00Z');

const newJob = (id: string, more: Partial<NewJob> = {}): NewJob => ({
  id,
  catalogVersion: 'v1',
  startedAt: START,
  partitions: 2,
  ...more,
});

/** A job of two parts: one has ended, the other is half-way. */
async function halfWay(jobs: MemoryJobs, more: Partial<NewJob> = {}): Promise<Job> {
  await jobs.open(newJob('one', more), undefined);
  await jobs.dispatched('one');
  const tally = { items: 1_200, entered: 3, exited: 2, repaired: 1, failed: 0 };
  await jobs.advance('one', 0, { ...UNTOUCHED, revision: 1, after: 'CRMID:ann', tally }, START + 4_000);
  const ended = { status: 'done', isRead: true, endedAt: START + 5_000 } as const;
  return (await jobs.advance('one', 1, { ...UNTOUCHED, ...ended, revision: 1, tally }, START + 5_000))!;
}

const silent = (): void => {};

describe('an evaluation of all profiles, as it is shown', () => {
  it('says how far it has come, against how many there were last time', async () => {
    const job = await halfWay(new MemoryJobs(), { estimate: 5_000 });
    expect(printProgress(job, EVALUATION)).toBe(
      '2,400 of about 5,000 profile items, 1 of 2 partitions: 6 entered, 4 left, 2 repaired',
    );
    const first = await halfWay(new MemoryJobs());
    expect(printProgress(first, EVALUATION)).toMatch(/^2,400 profile items, 1 of 2 partitions/);
  });

  it('says nothing of how many there were last time once it has come to more', async () => {
    const job = await halfWay(new MemoryJobs(), { estimate: 402 });
    expect(printProgress(job, EVALUATION)).toMatch(/^2,400 profile items, 1 of 2 partitions/);
    expect(reportJob(job, EVALUATION, START)).not.toHaveProperty('estimate');
    const exact = await halfWay(new MemoryJobs(), { estimate: 2_400 });
    expect(printProgress(exact, EVALUATION)).toMatch(/^2,400 of about 2,400 profile items/);
  });

  it('shows the one that is on its way and the last that finished, and names nobody', async () => {
    const jobs = new MemoryJobs();
    expect(printJobs(await jobs.latest(), EVALUATION, START)).toBe(
      'Evaluation of all profiles has not finished yet.\n',
    );
    const one = await halfWay(jobs);
    expect(printJobs(await jobs.latest(), EVALUATION, START + 8_000)).toBe(
      `Evaluation one: running
  from 2026-03-01T01:00:00.000Z, last progress 3 s ago, under catalog v1
  2,400 profile items, 1 of 2 partitions: 6 entered, 4 left, 2 repaired
Evaluation of all profiles has not finished yet.
`,
    );
    await jobs.end(one, { status: 'finished', endedAt: START + 9_000 });
    await jobs.open(newJob('two'), { job: (await jobs.get('one'))!, as: 'superseded' });
    const shown = printJobs(await jobs.latest(), EVALUATION, START + 10_000);
    expect(shown).toMatch(/Evaluation two: queued\n.*\n.*\nEvaluation one: finished\n.* to 2026-03-01T01:00:09.000Z/);
    expect(shown + JSON.stringify(reportJob(one, EVALUATION, START))).not.toContain('ann');
  });

  it('is stalled once nothing has moved for hours', async () => {
    const job = await halfWay(new MemoryJobs());
    expect(reportJob(job, EVALUATION, START + 3_600_000).status).toBe('running');
    expect(reportJob(job, EVALUATION, START + 3 * 3_600_000).status).toBe('stalled');
  });
});

describe('waiting for an evaluation', () => {
  it('ends with the job, and says what to do when that did not finish', async () => {
    const jobs = new MemoryJobs();
    const job = await halfWay(jobs);
    const asserted: string[] = [];
    await jobs.end(job, { status: 'finished', endedAt: START + 9_000 });
    expect(await waitForJob('one', EVALUATION, jobs, (text) => asserted.push(text))).toMatchObject({
      status: 'finished',
    });
    expect(asserted).toEqual([expect.stringContaining('2,400 profile items')]);

    await jobs.open(newJob('two'), { job: (await jobs.get('one'))!, as: 'superseded' });
    await jobs.end((await jobs.get('two'))!, { status: 'failed', endedAt: START });
    await expect(waitForJob('two', EVALUATION, jobs, silent)).rejects.toThrow(/failed for some profiles.*runbook/);

    await jobs.open(newJob('three'), { job: (await jobs.get('two'))!, as: 'superseded' });
    await jobs.open(newJob('four'), { job: (await jobs.get('three'))!, as: 'superseded' });
    await expect(waitForJob('three', EVALUATION, jobs, silent)).rejects.toThrow(/newer catalog has replaced it/);
  });
});
