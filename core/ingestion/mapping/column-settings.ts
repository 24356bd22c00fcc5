import type { ColumnSettings } from '../text/csv-settings.ts';
import type { MappingRule } from './definition.ts';
import { requiredSources } from './required-sources.ts';
import { pathsOf } from './rule-paths.ts';
import { type MappingSettings, SchemaNames } from './schema-names.ts';
import { headNames } from './source-path.ts';

type Kind = ReturnType<ColumnSettings['kindOf']>;

const KINDS: Readonly<Record<string, Kind>> = { number: 'number', integer: 'number', boolean: 'boolean' };

/**
 * What a mapping does with the columns of a file.
 * @param settings of the schema: which paths are fields, and what they hold
 */
export function columnSettings(
  rules: readonly MappingRule[],
  settings: MappingSettings & Pick<ColumnSettings, 'kindOf'>,
): ColumnSettings {
  if (rules.length === 0) return { required: [], kindOf: settings.kindOf };
  const read = new Set(rules.flatMap(pathsOf).flatMap(headNames));
  const kinds = kindsOf(rules, settings);
  const names = new SchemaNames([...read], settings);
  const instead = new Map<string, string[]>();
  for (const { source, destination } of rules) {
    if (source === undefined || !destination.includes('.')) continue;
    instead.set(source, [...(instead.get(source) ?? []), destination]);
  }
  return {
    required: requiredSources(rules),
    instead,
    read,
    kindOf: (column) => (read.has(column) ? kinds.get(column) : settings.kindOf(column)),
    areFields: (columns) => names.haveHeader(columns),
    isOfSchema: (record) => names.haveRecord(record),
  };
}

/** What columns become, where it is the same wherever they are read. */
function kindsOf(rules: readonly MappingRule[], settings: Pick<ColumnSettings, 'kindOf'>): ReadonlyMap<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const { source, destination, type, decimal, thousands } of rules) {
    if (source === undefined) continue;
    // Of a column that is read as two things, or whose rule says how numbers are written, the text stays as it is.
    const isWrittenSo = decimal !== undefined || thousands !== undefined;
    const kind = isWrittenSo ? undefined : type === undefined ? settings.kindOf(destination) : KINDS[type];
    kinds.set(source, kinds.has(source) && kinds.get(source) !== kind ? undefined : kind);
  }
  return kinds;
}
