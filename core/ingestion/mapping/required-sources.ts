import type { MappingRule } from './definition.ts';
import { parseSourcePath } from './source-path.ts';

/**
 * The columns that must be in a file, each once and in the order of the rules: what a rule reads, unless it is
 * `optional`. Of what is nested it is the name at the head of the record.
 */
export function requiredSources(rules: readonly MappingRule[]): readonly string[] {
  const required = rules.filter(({ optional }) => !optional);
  return [...new Set(required.flatMap(({ source }) => (source === undefined ? [] : [headOf(source)])))];
}

/** `items[*].sku` is in `items`; a name with dots may be a column of its own. */
function headOf(source: string): string {
  const { text, steps } = parseSourcePath(source);
  const [first, second] = steps ?? [];
  return second && first && 'names' in first ? first.names.join('.') : text;
}
