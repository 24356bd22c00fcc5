import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs, timeout } from '#tests/harness/runs.ts';
import { DAY, HOUR, NOW, segments } from '#tests/unit/segmentation/factories.ts';
import { definitions } from './wide-rules.ts';
import { type IngestionMetadata, ingestionIds, World } from './world.ts';

const instants = fc.array(
  fc.oneof(
    fc.integer({ min: -3 * DAY, max: 40 * DAY }).map((away) => NOW + away),
    fc.integer({ min: -8, max: 16 }).map((steps) => NOW + steps * 3 * HOUR),
  ),
  { minLength: 1, maxLength: 5 },
);

/** Runs a world to an instant: whatever arrives is evaluated at once, and so is what is due, at the very instant. */
function runTo(world: World, pending: IngestionMetadata[], instant: number): void {
  for (let steps = 0; steps < 2_000; steps += 1) {
    const due = world.kept.dueAt ?? Number.POSITIVE_INFINITY;
    const next = Math.min(due, pending[0]?.at ?? Number.POSITIVE_INFINITY);
    if (next > instant) return;
    if (due === next) world.evaluate(next);
    const arriving = pending.splice(0, pending.filter(({ at }) => at === next).length);
    if (arriving.length > 0) world.receiveAndEvaluate(arriving, next);
  }
  throw new Error('time does not go on');
}

describe('memberships that are kept', () => {
  it('equal evaluating everything from scratch, at every instant', { timeout }, () => {
    fc.assert(
      fc.property(definitions, ingestionIds, instants, (texts, coming, at) => {
        const world = new World(segments(texts));
        const pending = [...coming];
        for (const instant of at.sort((x, y) => x - y)) {
          runTo(world, pending, instant);
          expect({ instant, in: world.realized }).toEqual({ instant, in: world.realizedFromScratch(instant) });
        }
      }),
      runs(0.5, 400),
    );
  });

  it('are the same, to the millisecond of each entry and exit, when the sweep comes late', { timeout }, () => {
    fc.assert(
      fc.property(definitions, ingestionIds, instants, (texts, coming, reevaluations) => {
        const set = segments(texts);
        const [punctual, late] = [new World(set), new World(set)];
        const [pending, pendingLate] = [[...coming], [...coming]];
        const evaluators = [...new Set([...reevaluations, ...coming.map(({ at }) => at)])].sort((x, y) => x - y);
        for (const now of evaluators) {
          runTo(punctual, pending, now);
          // A sweep just before something arrives finds what time has done until then.
          if (late.isDue(now)) late.evaluate(now);
          const arriving = pendingLate.filter(({ at }) => at === now);
          pendingLate.splice(0, arriving.length);
          if (arriving.length > 0) late.receiveAndEvaluate(arriving, now);
          expect({ now, is: late.memberships }).toEqual({ now, is: punctual.memberships });
        }
      }),
      runs(0.5, 400),
    );
  });
});
