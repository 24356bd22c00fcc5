import type { Block } from '#core/segmentation/blocks/model.ts';
import { wordsOf } from '#core/segmentation/blocks/words.ts';

/** What a rule says, a line for each of its parts; parts of a group stand below it. */
export const printBlocks = (block: Block): string => `${linesOf(block, 0).join('\n')}\n`;

function linesOf(block: Block, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  if (block.kind !== 'group') return [`${indent}${wordsOf(block)}`];
  const heading = `${block.not ? 'not ' : ''}${block.join === 'all' ? 'all of' : 'any of'}`;
  return [`${indent}${heading}`, ...block.items.flatMap((item) => linesOf(item, depth + 1))];
}
