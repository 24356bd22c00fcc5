import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import type { FieldTree } from '#core/schema/field-tree.ts';
import type { Unions } from '#core/segmentation/pql/check/fields.ts';
import type { Catalog } from './catalog.ts';
import { isInUnion, unionsOf } from './checks/union.ts';

/** All fields of all schemas of a class that are enabled for Profile (aep.md §1.1). For reading; nobody writes it. */
export interface UnionSchema {
  readonly $id: string;
  readonly 'meta:class': SchemaDefinition['meta:class'];
  /** The schemas it is the union of. */
  readonly 'meta:schemas': readonly string[];
  readonly type: 'object';
  readonly properties: Readonly<Record<string, UnionField>>;
}

/** The kinds of values a field has in any of the schemas, and the fields below. An empty one is open. */
export interface UnionField {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, UnionField>>;
  readonly items?: UnionField;
  /** Of a map: what stands under each key. */
  readonly additionalProperties?: UnionField;
  /** Of a field with a relationship: what is read of the record whose key it holds. */
  readonly 'meta:lookup'?: { readonly $id: string; readonly properties: Readonly<Record<string, UnionField>> };
}

export const UNION_CLASSES = ['profile', 'experienceevent'] as const;
export type UnionClass = (typeof UNION_CLASSES)[number];

/** @returns undefined when no schema of the class is enabled */
export function unionSchema(catalog: Pick<Catalog, 'schemas' | 'datasets'>, of: UnionClass): UnionSchema | undefined {
  const schemaClass = of === 'profile' ? PROFILE_CLASS : EXPERIENCE_EVENT_CLASS;
  const unions = unionsOf(catalog);
  const tree = of === 'profile' ? unions.profile : unions.event;
  if (!tree) return undefined;
  const members = catalog.schemas.filter(
    (schema) => schema['meta:class'] === schemaClass && isInUnion(schema, catalog.datasets),
  );
  return {
    $id: `${schemaClass}__union`,
    'meta:class': schemaClass,
    'meta:schemas': members.map(({ $id }) => $id).sort(),
    type: 'object',
    properties: fieldOf(tree, { path: [], lookups: lookupsOf(unions, of), inside: new Map() }).properties ?? {},
  };
}

/** A schema that contains itself has no end; what lies deeper, or in itself for the third time, is told to be open. */
const DEEPEST = 12;
const MAX_TIMES = 2;
/** No field is called so. */
const ANY_KEY = '\u0000';

type Lookups = ReadonlyMap<string, NonNullable<UnionField['meta:lookup']>>;
const NO_LOOKUPS: Lookups = new Map();

/** What relationships of the class lead to, by the path of their field. */
function lookupsOf({ lookups = [] }: Unions, of: UnionClass): Lookups {
  const own = lookups.filter((one) => (one.of === 'profile') === (of === 'profile'));
  return new Map(
    own.map(({ path, entity, tree }) => {
      const properties = fieldOf(tree, { path: [], lookups: NO_LOOKUPS, inside: new Map() }).properties ?? {};
      return [path.join('\0'), { $id: entity, properties }];
    }),
  );
}

interface Place {
  readonly path: readonly string[];
  readonly lookups: Lookups;
  /** The schemas that the place lies in, with how many times. */
  readonly inside: Map<object, number>;
}

function fieldOf(tree: FieldTree | 'open' | undefined, place: Place): UnionField {
  const { path, inside } = place;
  if (tree === undefined || tree === 'open' || path.length > DEEPEST) return {};
  const [first] = tree.nodes;
  const times = (first && inside.get(first)) ?? 0;
  if (!first || times > MAX_TIMES) return {};
  inside.set(first, times + 1);
  const field = describe(tree, place);
  inside.set(first, times);
  return field;
}

function describe(tree: FieldTree, { path, lookups, inside }: Place): UnionField {
  const types = [...tree.types].sort();
  const names = [...tree.names].sort();
  const ofKeys = names.length > 0 ? undefined : tree.child(ANY_KEY);
  const items = types.includes('array') ? tree.items() : undefined;
  const lookup = lookups.get(path.join('\0'));
  const below = (name: string): UnionField => fieldOf(tree.child(name), { path: [...path, name], lookups, inside });
  return {
    ...(types.length > 0 && { type: types.length === 1 ? types[0]! : types }),
    ...(names.length > 0 && { properties: Object.fromEntries(names.map((name) => [name, below(name)])) }),
    ...(items !== undefined && { items: fieldOf(items, { path, lookups, inside }) }),
    ...(ofKeys !== undefined && ofKeys !== 'open' && { additionalProperties: below(ANY_KEY) }),
    ...(lookup && !types.includes('array') && { 'meta:lookup': lookup }),
  };
}
