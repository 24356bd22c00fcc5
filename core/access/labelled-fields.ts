import { isAssignment, type LabelDefinition } from '#core/governance/definition.ts';

/** Labels by the dotted path of the field that they are on; the empty path is every field. */
export type LabelledFields = ReadonlyMap<string, ReadonlySet<string>>;

/** Of all datasets and schemas together: a profile does not tell of a field where it came from. */
export function labelledFields(definitions: readonly LabelDefinition[]): LabelledFields {
  const labelled = new Map<string, Set<string>>();
  for (const { labels, fields } of definitions.filter(isAssignment)) {
    for (const [path, each] of [['', labels] as const, ...Object.entries(fields)]) {
      if (each.length > 0) labelled.set(path, new Set([...(labelled.get(path) ?? []), ...each]));
    }
  }
  return labelled;
}
