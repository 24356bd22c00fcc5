import { describe, expect, it } from 'vitest';
import { obstaclesOn, settled } from '#tests/harness/console-stage/browser.ts';
import { nonsenseOn } from '#tests/harness/console-stage/nonsense.ts';
import { OF_THE_EXAMPLE, SCREENS } from '#tests/harness/console-stage/screens.ts';
import { visitedStage } from '#tests/harness/console-stage/visit.ts';

describe.each(['light', 'dark'] as const)('every screen of the console (%s)', (scheme) => {
  const seen = visitedStage({ persons: 120 });

  it.each(Object.entries(SCREENS))('%s has no obstacle, nothing foreign and no nonsense', async (_, path) => {
    const { page, context, complaints, foreign } = await seen.visit(path, 'admin', { scheme });
    await settled(page);
    expect(await obstaclesOn(page)).toEqual([]);
    expect(await nonsenseOn(page)).toEqual([]);
    expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
    await context.close();
  });
});

describe('every screen of an empty stage', () => {
  const seen = visitedStage({ empty: true });

  it.each(Object.entries(SCREENS).filter(([name]) => !OF_THE_EXAMPLE.includes(name)))(
    '%s says what is missing',
    async (_, path) => {
      const { page, context, complaints } = await seen.visit(path);
      await settled(page);
      expect(await obstaclesOn(page)).toEqual([]);
      expect(await nonsenseOn(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});
