import type { FunctionName } from '#core/contract/functions.ts';

/** A kind of job over all profiles, and how the command line speaks of it. */
export interface JobKind {
  readonly title: string;
  readonly starter: FunctionName;
  readonly worker: FunctionName;
  /** Where its records are among the stores of a stage. */
  readonly store: 'evaluations' | 'expiries';
  readonly command: string;
  /** What it counts besides items, and how that is called. */
  readonly counts: Readonly<Record<string, string>>;
}

export const EVALUATION: JobKind = {
  title: 'Evaluation',
  starter: 'evaluate-batch',
  worker: 'evaluate-partition',
  store: 'evaluations',
  command: 'tributary evaluate',
  counts: { entered: 'entered', exited: 'left', repaired: 'repaired' },
};

export const EXPIRY: JobKind = {
  title: 'Expiry',
  starter: 'expire',
  worker: 'expire-partition',
  store: 'expiries',
  command: 'tributary expire',
  counts: { events: 'events removed', profiles: 'profiles removed' },
};
