import type { MappingRule } from './definition.ts';
import { parseExpression } from './expression/parse.ts';
import { pathsIn } from './expression/paths.ts';
import { parseSourcePath, type SourcePath } from './source-path.ts';

/**
 * What a rule reads: of an expression each field once.
 * @throws ExpressionError
 */
export function pathsOf({ source, countrySource, expression }: MappingRule): readonly SourcePath[] {
  const paths = [source ?? [], countrySource ?? []].flat().map(parseSourcePath);
  return expression === undefined ? paths : [...paths, ...pathsIn(parseExpression(expression))];
}
