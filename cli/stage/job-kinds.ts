import type { FunctionName } from '#core/contract/functions.ts';

/** A kind of job over all profiles, and how the command line speaks of it. */
export interface JobKind {
  readonly title: string;
  readonly starter: FunctionName;
  readonly worker: FunctionName;
  readonly command: string;
  /** What it counts besides items, and how that is called. */
  readonly counts: Readonly<Record<string, string>>;
}

/** One that a schedule starts as well. */
export interface ScheduledJobKind extends JobKind {
  /** Where its records are among the stores of a stage. */
  readonly store: 'evaluations' | 'expiries';
}

export const EVALUATION: ScheduledJobKind = {
  title: 'Evaluation',
  starter: 'evaluate-batch',
  worker: 'evaluate-partition',
  store: 'evaluations',
  command: 'tributary evaluate',
  counts: { entered: 'entered', exited: 'left', repaired: 'repaired' },
};

export const EXPIRY: ScheduledJobKind = {
  title: 'Expiry',
  starter: 'expire',
  worker: 'expire-partition',
  store: 'expiries',
  command: 'tributary expire',
  counts: { events: 'events removed', profiles: 'profiles removed' },
};

export const DELETION: JobKind = {
  title: 'Deletion',
  starter: 'delete-dataset',
  worker: 'delete-dataset-partition',
  command: 'tributary dataset delete',
  counts: { profiles: 'profiles changed', timelineEntries: 'timeline entries removed' },
};
