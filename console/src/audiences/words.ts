import type { Block } from '#core/segmentation/blocks/model.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { wordsOf } from '#core/segmentation/blocks/words.ts';

/** A rule as a sentence; undefined where it is no PQL. */
export function sentenceOf(rule: string): string | undefined {
  const block = blockOf(rule);
  return block && asSentence(block);
}

export const asSentence = (block: Block): string => {
  const words = wordsOf(block);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
};

/** The blocks of a rule; undefined where it is no PQL. */
export function blockOf(rule: string): Block | undefined {
  try {
    return blocksOf(rule);
  } catch {
    return undefined;
  }
}
