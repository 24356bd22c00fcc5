import type { ColumnSettings } from '../text/csv-settings.ts';
import type { MappingRule } from './definition.ts';
import { requiredSources } from './required-sources.ts';
import { type MappingSettings, SchemaNames } from './schema-names.ts';

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
  const read = new Set(rules.flatMap(sourcesOf));
  const kinds = new Map<string, Kind>();
  for (const { source, type } of rules) {
    if (source === undefined) continue;
    // Of a column that is read as two things, the text stays as it is.
    const kind = KINDS[type ?? 'string'];
    kinds.set(source, kinds.has(source) && kinds.get(source) !== kind ? undefined : kind);
  }
  const names = new SchemaNames(rules, settings);
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

const sourcesOf = ({ source, countrySource }: MappingRule): string[] => [source ?? [], countrySource ?? []].flat();
