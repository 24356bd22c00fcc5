import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type DefinitionChange, definitionChanges, definitionsByName } from '#core/catalog/definition-changes.ts';
import { type NamedDefinition, valueText } from '#core/catalog/write-definitions.ts';

/** What differs between two catalogs; also a line of the JSON of `catalog diff`. */
export interface DiffLine {
  readonly definition: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: object;
  readonly after?: object;
}

export const diffOf = (before: Catalog, after: Catalog): DiffLine[] =>
  definitionChanges(definitionsByName(before), definitionsByName(after)).map(lineOf);

const lineOf = ({ key, before, after }: DefinitionChange): DiffLine => ({
  definition: key,
  change: before ? (after ? 'changed' : 'removed') : 'added',
  ...(before && { before: before.definition }),
  ...(after && { after: after.definition }),
});

/** Line by line, as a patch of the definitions as YAML. */
export function printDiff(
  lines: readonly DiffLine[],
  names: { readonly before: string; readonly after: string },
): string {
  if (lines.length === 0) return `${names.before} and ${names.after} say the same.\n`;
  return lines
    .map(({ definition, before, after }) =>
      createTwoFilesPatch(
        before ? `${names.before}: ${definition}` : '(none)',
        after ? `${names.after}: ${definition}` : '(none)',
        yamlOf(before),
        yamlOf(after),
        undefined,
        undefined,
        { headerOptions: FILE_HEADERS_ONLY },
      ),
    )
    .join('\n');
}

const yamlOf = (definition: NamedDefinition['definition'] | object | undefined): string =>
  definition === undefined ? '' : valueText(sorted(definition), 'yaml');

/** The order of keys says nothing: what is the same should stand at the same place. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inside]) => [key, sorted(inside)]),
  );
}
