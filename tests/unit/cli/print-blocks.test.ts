import { expect, test } from 'vitest';
import { printBlocks } from '#cli/report/print-blocks.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';

test('a rule is printed in words, what belongs to a group below it', () => {
  const rule = blocksOf(
    'loyalty.tier in ["gold", "silver"] and not (inSegment("gone") or xEvent[eventType = "a"].count() >= 2)',
  );
  expect(printBlocks(rule)).toBe(
    [
      'all of',
      '  loyalty.tier is “gold” or “silver”',
      '  not any of',
      '    is in the audience gone',
      '    at least 2 events where eventType is “a”',
      '',
    ].join('\n'),
  );
});
