import type { FieldTree, Node } from '#core/schema/field-tree.ts';
import type { Catalog } from './catalog.ts';
import { unionsOf } from './checks/union.ts';

/** A field that a rule may read. */
export interface UnionFieldRow {
  readonly of: 'profile' | 'event';
  readonly path: readonly string[];
  readonly title?: string;
  /** JSON types; of a list, those of its items. */
  readonly types: readonly string[];
  readonly isList: boolean;
  /** `date-time`, `email`, …, where the schemas say one. */
  readonly format?: string;
  /** The only values it may have, with what people call them. */
  readonly values?: readonly { readonly value: string | number; readonly title?: string }[];
}

/** Deeper than that nobody looks, and a schema that contains itself has no end. */
const MAX_DEPTH = 8;
const MAX_FIELDS = 5_000;

/** The fields of the union schemas that hold a value, in the order of their schemas: first those of profiles. */
export function unionFields(catalog: Pick<Catalog, 'schemas' | 'datasets'>): UnionFieldRow[] {
  const { profile, event } = unionsOf(catalog);
  const rows: UnionFieldRow[] = [];
  const add = (of: UnionFieldRow['of'], tree: FieldTree | 'open' | undefined, path: readonly string[]): void => {
    if (tree === undefined || tree === 'open' || path.length > MAX_DEPTH) return;
    const isList = tree.types.has('array');
    const item = isList ? tree.items() : tree;
    if (item === undefined || item === 'open') return;
    if (item.names.length === 0 && path.length > 0 && rows.length < MAX_FIELDS)
      rows.push(rowOf(of, path, item, isList));
    for (const name of item.names) add(of, item.child(name), [...path, name]);
  };
  add('profile', profile, []);
  add('event', event, []);
  return rows;
}

function rowOf(of: UnionFieldRow['of'], path: readonly string[], { types, nodes }: FieldTree, isList: boolean) {
  const title = textIn(nodes, 'title');
  const format = textIn(nodes, 'format');
  const values = valuesIn(nodes);
  return {
    of,
    path,
    ...(title !== undefined && { title }),
    types: [...types].sort(),
    isList,
    ...(format !== undefined && { format }),
    ...(values.length > 0 && { values }),
  };
}

const textIn = (nodes: readonly Node[], key: string): string | undefined =>
  nodes.map((node) => node[key]).find((text): text is string => typeof text === 'string');

/** The values that one of the schemas lists; where others do not, anything may come. */
function valuesIn(nodes: readonly Node[]): NonNullable<UnionFieldRow['values']> {
  const found = nodes.find((node) => Array.isArray(node.enum));
  const titles = (found?.['meta:enum'] ?? {}) as Readonly<Record<string, unknown>>;
  return ((found?.enum ?? []) as unknown[])
    .filter((value): value is string | number => typeof value === 'string' || typeof value === 'number')
    .map((value) => {
      const title = titles[String(value)];
      return { value, ...(typeof title === 'string' && title !== String(value) && { title }) };
    });
}
