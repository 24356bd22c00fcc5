import type { MappingRule } from './definition.ts';
import { pathsOf } from './rule-paths.ts';
import type { SourcePath } from './source-path.ts';

/**
 * The columns that must be in a file, each once and in the order of the rules: what a rule reads, unless it is
 * `optional`; of the country of a telephone number, for which there may be another, the rule goes without. Of what is
 * nested it is the name at the head of the record.
 */
export function requiredSources(rules: readonly MappingRule[]): readonly string[] {
  const required = rules.filter(({ optional }) => !optional);
  return [...new Set(required.flatMap(({ countrySource: _, ...rule }) => pathsOf(rule).map(headOf)))];
}

/** `items[*].sku` is in `items`; a name with dots may be a column of its own. */
function headOf({ text, steps }: SourcePath): string {
  const [first, second] = steps ?? [];
  return second && first && 'names' in first ? first.names.join('.') : text;
}
