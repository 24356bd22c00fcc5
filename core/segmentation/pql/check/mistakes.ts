import { didYouMean } from '#core/util/did-you-mean.ts';
import { PqlError } from '../parse/errors.ts';
import { parsePql } from '../parse/parse.ts';
import { type PositionedProblem, problemsOfFields, type Unions } from './fields.ts';
import { segmentReferences } from './segment-references.ts';

/**
 * Everything that is wrong with a PQL text before it is compiled: syntax, fields that no schema has, segments that are
 * unknown. By their place in the text.
 */
export function problemsIn(text: string, unions: Unions, segmentIds: ReadonlySet<string>): PqlError[] {
  const expression = parsed(text);
  if (expression instanceof PqlError) return [expression];
  const segments = segmentReferences(expression)
    .filter(({ id }) => !segmentIds.has(id))
    .map(({ id, offset }): PositionedProblem => {
      const hint = didYouMean(id, segmentIds);
      return { offset, message: `unknown segment "${id}"`, ...(hint && { hint }) };
    });
  return [...problemsOfFields(expression, unions), ...segments]
    .sort((x, y) => x.offset - y.offset)
    .map(({ offset, message, expected, hint }) => new PqlError(message, text, offset, expected, hint));
}

function parsed(text: string): ReturnType<typeof parsePql> | PqlError {
  try {
    return parsePql(text);
  } catch (error) {
    if (error instanceof PqlError) return error;
    throw error;
  }
}
