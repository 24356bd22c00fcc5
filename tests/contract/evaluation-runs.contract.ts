import { describe, expect, it } from 'vitest';
import type { EvaluationRun, EvaluationRuns } from '#core/ports/evaluation-runs.ts';

const run = (startedAt: number): EvaluationRun => ({
  startedAt,
  finishedAt: startedAt + 10,
  catalogVersion: `version ${startedAt}`,
  counts: { items: 4, entered: 3, exited: 2, repaired: 1, failed: 0 },
});

/** What every memory of batch evaluations does. */
export function evaluationRunsContract(name: string, create: () => EvaluationRuns): void {
  describe(`evaluation runs: ${name}`, () => {
    it('knows none at first, then the one that finished last', async () => {
      const runs = create();
      expect(await runs.last()).toBeUndefined();
      for (const startedAt of [1, 2]) {
        await runs.finish(run(startedAt));
        expect(await runs.last()).toEqual(run(startedAt));
      }
    });
  });
}
