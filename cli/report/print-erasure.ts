import { type Job, tallyOf } from '#core/jobs/job.ts';
import type { Erasure } from '#core/privacy/erasure.ts';

/** How far a deletion has come, in one line. */
export function printErasure({ status, passes, counts, requestedAt, doneAt }: Erasure): string {
  const rows = counts.lake.rows + counts.quarantine.rows + counts.exports.rows;
  const taken = `${counts.timelineEntries} timeline entries and ${rows} rows deleted`;
  const asked = `asked for at ${new Date(requestedAt).toISOString()}`;
  if (status === 'done') return `done at ${new Date(doneAt ?? 0).toISOString()}, ${asked}; ${taken}`;
  const where =
    passes.length === 0 ? 'waits for its first pass' : `${passes.length} passes done, waits for the last one`;
  return `${where}, ${asked}; ${taken}`;
}

/** How far a pass over all objects has come. */
export function printPass(job: Job): string {
  const { folders = 0, objects = 0, rows = 0 } = tallyOf(job);
  const ended = job.partitions.filter(({ status }) => status !== 'open').length;
  return `Pass ${job.id}: ${job.status}, ${ended} of ${job.partitions.length} partitions, ${folders} folders read, ${rows} rows of ${objects} objects deleted`;
}
