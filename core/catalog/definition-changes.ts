import stringify from 'safe-stable-stringify';
import type { Catalog } from './catalog.ts';
import { type NamedDefinition, namedDefinitions } from './write-definitions.ts';

/** Definitions by `kind/name`; of those that share a name, the second is `kind/name#2`. */
export type DefinitionsByName = ReadonlyMap<string, NamedDefinition>;

/** A definition that is another one in the other catalog, or is in one of the two alone. */
export interface DefinitionChange {
  /** `segments/vip` */
  readonly key: string;
  readonly before?: NamedDefinition;
  readonly after?: NamedDefinition;
}

/** The definitions of a catalog by their names. */
export const definitionsByName = (catalog: Catalog): DefinitionsByName => byName(namedDefinitions(catalog));

/**
 * Definitions by their names. Those that share one are told apart by what they say, so that their order does not matter.
 * @typeParam N a definition, and what else is known of it
 */
export function byName<N extends NamedDefinition>(definitions: readonly N[]): Map<string, N> {
  const sorted = definitions
    .map((one) => ({ one, text: textOf(one) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ one }) => one);
  const found = new Map<string, N>();
  for (const one of sorted) {
    const key = `${one.kind}/${one.name}`;
    let unused = key;
    for (let n = 2; found.has(unused); n++) unused = `${key}#${n}`;
    found.set(unused, one);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether two definitions say the same, whatever the order of their keys; both may be missing. */
export const saySame = (a: NamedDefinition | undefined, b: NamedDefinition | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && textOf(a) === textOf(b));

const textOf = ({ definition }: NamedDefinition): string => stringify(definition) ?? '';

/** What differs between two catalogs, by the names of definitions. */
export function definitionChanges(before: DefinitionsByName, after: DefinitionsByName): DefinitionChange[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const [one, other] = [before.get(key), after.get(key)];
    return saySame(one, other) ? [] : [{ key, ...(one && { before: one }), ...(other && { after: other }) }];
  });
}

/**
 * What somebody else has changed since, and would be undone: definitions that are active, differ from those they were made
 * from, and are not what is to become active.
 * @param base what the definitions to apply were made from
 */
export function undoneBy(wanted: DefinitionsByName, base: DefinitionsByName, active: DefinitionsByName): string[] {
  return definitionChanges(base, active)
    .filter(({ key, after }) => !saySame(wanted.get(key), after))
    .map(({ key }) => key);
}
