import { describe, expect, it } from 'vitest';
import { type JobPartition, type NewJob, tallyOf, UNTOUCHED } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import { ConflictError } from '#core/ports/conflict.ts';

const START = Date.UTC(2026, 2, 1);

const job = (id: string, more: Partial<NewJob> = {}): NewJob => ({
  id,
  catalogVersion: 'version 1',
  startedAt: START,
  partitions: 3,
  ...more,
});

const step = (revision: number, more: Partial<JobPartition> = {}): JobPartition => ({
  ...UNTOUCHED,
  revision,
  after: 'ECID:1',
  again: ['ECID:0'],
  tally: { items: 5 },
  ...more,
});

const DONE: Partial<JobPartition> = { status: 'done', isRead: true, again: [], endedAt: START + 9 };

/** What every record of jobs does. */
export function jobsContract(name: string, create: () => Jobs): void {
  describe(`jobs: ${name}`, () => {
    async function opened(id = 'a'): Promise<Jobs> {
      const jobs = create();
      await jobs.open(job(id), undefined);
      return jobs;
    }

    it('knows none at first, then the one that was opened, untouched', async () => {
      const jobs = create();
      expect(await jobs.latest()).toEqual({});
      expect(await jobs.get('a')).toBeUndefined();
      const more = { estimate: 12, knownSince: START - 5 };
      await jobs.open(job('a', more), undefined);
      const { partitions: _parts, ...asserted } = job('a', more);
      const expected = {
        ...asserted,
        status: 'queued',
        touchedAt: START,
        partitions: [UNTOUCHED, UNTOUCHED, UNTOUCHED],
      };
      expect(await jobs.get('a')).toEqual(expected);
      expect(await jobs.latest()).toEqual({ current: expected });
    });

    it('lets one of several that start at the same time open its job', async () => {
      const jobs = await opened();
      await expect(jobs.open(job('b'), undefined)).rejects.toThrow(ConflictError);
      const a = (await jobs.get('a'))!;
      await jobs.open(job('c'), { job: a, as: 'superseded' });
      await expect(jobs.open(job('d'), { job: a, as: 'superseded' })).rejects.toThrow(ConflictError);
      expect((await jobs.latest()).current?.id).toBe('c');
      expect(await jobs.get('b')).toBeUndefined();
    });

    it('ends the job that another replaces, and forgets where it stood', async () => {
      const jobs = await opened();
      const a = (await jobs.advance('a', 1, step(1), START + 1))!;
      await jobs.open(job('b', { startedAt: START + 2 }), { job: a, as: 'superseded' });
      const ended = (await jobs.get('a'))!;
      expect(ended).toMatchObject({ status: 'superseded', endedAt: START + 2 });
      expect(JSON.stringify(ended.partitions)).not.toContain('ECID');
      expect(tallyOf(ended)).toEqual({ items: 5 });
      expect(await jobs.advance('a', 1, step(2), START + 3)).toBeUndefined();
    });

    it('does not replace a job that has ended meanwhile as if it had not', async () => {
      const jobs = await opened();
      const a = (await jobs.get('a'))!;
      await jobs.end(a, { status: 'finished', endedAt: START + 1 });
      await expect(jobs.open(job('b'), { job: a, as: 'superseded' })).rejects.toThrow(ConflictError);
      const ended = (await jobs.get('a'))!;
      await jobs.open(job('b'), { job: ended, as: 'superseded' });
      expect((await jobs.get('a'))?.status).toBe('finished');
    });

    it('is running once it is dispatched, unless it has ended', async () => {
      const jobs = await opened();
      await jobs.dispatched('a');
      expect((await jobs.get('a'))?.status).toBe('running');
      await jobs.end((await jobs.get('a'))!, { status: 'failed', endedAt: START });
      await jobs.dispatched('a');
      expect((await jobs.get('a'))?.status).toBe('failed');
    });

    it('writes the step that was taken from where a part stands, and no other', async () => {
      const jobs = await opened();
      expect(await jobs.advance('a', 1, step(2), START)).toBeUndefined();
      const advanced = await jobs.advance('a', 1, step(1), START + 1);
      expect(advanced?.partitions).toEqual([UNTOUCHED, step(1), UNTOUCHED]);
      expect(advanced?.touchedAt).toBe(START + 1);
      expect(await jobs.advance('a', 1, step(1, { tally: { items: 99 } }), START + 2)).toBeUndefined();
      expect(await jobs.get('a')).toEqual(advanced);
      const ended = step(2, DONE);
      const { after: _after, ...kept } = ended;
      expect((await jobs.advance('a', 1, kept, START + 3))?.partitions).toEqual([UNTOUCHED, kept, UNTOUCHED]);
      expect(await jobs.advance('no such job', 0, step(1), START)).toBeUndefined();
    });

    it('lets two parts advance side by side', async () => {
      const jobs = await opened();
      await Promise.all([0, 1, 2].map((index) => jobs.advance('a', index, step(1), START)));
      expect((await jobs.get('a'))?.partitions).toEqual([step(1), step(1), step(1)]);
    });

    it('remembers the last that finished, by when it was started, and none that failed', async () => {
      const jobs = await opened();
      const a = (await jobs.get('a'))!;
      await jobs.end(a, { status: 'finished', endedAt: START + 1 });
      await jobs.open(job('b', { startedAt: START + 5 }), { job: (await jobs.get('a'))!, as: 'superseded' });
      await jobs.end((await jobs.get('b'))!, { status: 'failed', endedAt: START + 6 });
      expect((await jobs.latest()).finished).toMatchObject({ id: 'a', status: 'finished', endedAt: START + 1 });
      await jobs.open(job('c', { startedAt: START + 7 }), { job: (await jobs.get('b'))!, as: 'superseded' });
      await jobs.end((await jobs.get('c'))!, { status: 'finished', endedAt: START + 8 });
      // Said again, and by somebody who comes late.
      await jobs.end(a, { status: 'finished', endedAt: START + 9 });
      const { current, finished } = await jobs.latest();
      expect(current).toMatchObject({ id: 'c', status: 'finished', endedAt: START + 8 });
      expect(finished).toEqual(current);
    });
  });
}
