import type { EvaluationRun, EvaluationRuns } from '#core/ports/evaluation-runs.ts';

/** The last batch evaluation, in memory. */
export class MemoryEvaluationRuns implements EvaluationRuns {
  #last: EvaluationRun | undefined;

  async last(): Promise<EvaluationRun | undefined> {
    return this.#last;
  }

  async finish(run: EvaluationRun): Promise<void> {
    this.#last = run;
  }
}
