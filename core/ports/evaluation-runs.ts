import type { ManyEvaluated } from '#core/segmentation/evaluate-many.ts';

/** An evaluation of all profiles that came to its end. */
export interface EvaluationRun {
  /** Epoch ms. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly catalogVersion: string;
  readonly counts: Omit<ManyEvaluated, 'firstError'>;
}

/** What is remembered of batch evaluations: the last one in which no item failed. */
export interface EvaluationRuns {
  last(): Promise<EvaluationRun | undefined>;
  finish(run: EvaluationRun): Promise<void>;
}
