import { PqlError } from '#core/segmentation/pql/errors.ts';
import { parsePql } from '#core/segmentation/pql/parse.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type Unions, unknownPaths } from './pql-paths.ts';
import { segmentReferences } from './segment-references.ts';

/**
 * Everything that is wrong with a PQL text before it is compiled: syntax, fields that no schema has, segments that are
 * unknown. By their place in the text.
 */
export function mistakesIn(text: string, unions: Unions, segmentIds: ReadonlySet<string>): PqlError[] {
  const expression = parsed(text);
  if (expression instanceof PqlError) return [expression];
  const fields = unknownPaths(expression, unions).map(({ offset, message, hint }) => ({ offset, message, hint }));
  const segments = segmentReferences(expression)
    .filter(({ id }) => !segmentIds.has(id))
    .map(({ id, offset }) => ({ offset, message: `unknown segment "${id}"`, hint: didYouMean(id, segmentIds) }));
  return [...fields, ...segments]
    .sort((x, y) => x.offset - y.offset)
    .map(({ offset, message, hint }) => new PqlError(message, text, offset, undefined, hint));
}

function parsed(text: string): ReturnType<typeof parsePql> | PqlError {
  try {
    return parsePql(text);
  } catch (error) {
    if (error instanceof PqlError) return error;
    throw error;
  }
}
