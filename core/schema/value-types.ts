import { isObject } from '#core/util/is-object.ts';
import type { SchemaDefinition } from './definition.ts';
import { follow, type Node, type Part } from './field-tree.ts';

/** JSON types of values that can become one another; `integer` where a number has to be whole. */
export type ScalarType = 'string' | 'number' | 'integer' | 'boolean';

/**
 * What every value of a field has to be, by the schemas that apply to it whatever else is in the record: its own, those
 * it refers to, and those under `allOf`. What stands under `anyOf`, `oneOf`, `if`, `not` or `patternProperties` depends
 * on the value, and says nothing here.
 */
export interface ValueType {
  /** The one type that is allowed, `null` apart; undefined where there are several, or none is stated. */
  readonly scalar: ScalarType | undefined;
  /** Whether `null` is one of the types that the schema names. */
  readonly allowsNull: boolean;
  readonly format: string | undefined;
  /** The type of a field below; undefined where nothing is known of it. */
  child(name: string): ValueType | undefined;
  /** The type of the items of a list; undefined where nothing is known of them. */
  items(): ValueType | undefined;
  /** Whether an object needs the field. */
  requires(name: string): boolean;
}

/**
 * Compiles the types of the fields of a record, each when it is asked for first.
 * @param schemas all of them apply to the record; of several formats of a field, that of the first counts
 * @param byId what `$ref` may name
 */
export function valueTypes(
  schemas: readonly SchemaDefinition[],
  byId: ReadonlyMap<string, SchemaDefinition>,
): ValueType | undefined {
  const types = new Types(byId);
  return types.of(schemas.map((schema) => ({ node: schema as Node, root: schema as Node })));
}

/** A schema that refers to itself has the same types at every depth: there are no more of them than sets of schemas. */
class Types {
  readonly #byId: ReadonlyMap<string, Node>;
  readonly #numbers = new Map<Node, number>();
  readonly #known = new Map<string, ValueType>();

  constructor(byId: ReadonlyMap<string, Node>) {
    this.#byId = byId;
  }

  of(parts: readonly Part[]): ValueType | undefined {
    const seen = new Set<Node>();
    const all = parts.flatMap((part) => this.#alwaysAt(part, seen));
    if (all.length === 0) return undefined;
    const key = all.map(({ node }) => this.#numberOf(node)).join(' ');
    const known = this.#known.get(key) ?? this.#typeOf(all);
    this.#known.set(key, known);
    return known;
  }

  #numberOf(node: Node): number {
    const known = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, known);
    return known;
  }

  /** A schema and those that apply wherever it does, each once. */
  #alwaysAt({ node, root }: Part, seen: Set<Node>): Part[] {
    if (seen.has(node)) return [];
    seen.add(node);
    const { $ref, allOf } = node;
    const target = typeof $ref === 'string' ? follow($ref, root, this.#byId) : undefined;
    const members = Array.isArray(allOf) ? allOf.filter(isObject) : [];
    return [
      { node, root },
      ...(target ? this.#alwaysAt(target, seen) : []),
      ...members.flatMap((member) => this.#alwaysAt({ node: member, root }, seen)),
    ];
  }

  #typeOf(parts: readonly Part[]): ValueType {
    const nodes = parts.map(({ node }) => node);
    const allowed = typesIn(nodes);
    const named = new Set(nodes.flatMap(({ properties }) => (isObject(properties) ? Object.keys(properties) : [])));
    const children = new Map<string, ValueType | undefined>();
    let items: ValueType | undefined;
    let hasItems = false;
    const required = new Set(nodes.flatMap((node) => (Array.isArray(node.required) ? node.required : [])));
    return {
      scalar: scalarOf(allowed),
      allowsNull: allowed?.has('null') ?? false,
      format: nodes.map(({ format }) => format).find((format) => typeof format === 'string'),
      child: (name) => {
        // Records bring names without end to a map; all of them have the type of one.
        const key = named.has(name) ? name : OTHER;
        if (!children.has(key)) children.set(key, this.of(parts.flatMap((part) => partBelow(part, key))));
        return children.get(key);
      },
      items: () => {
        if (!hasItems) items = this.of(parts.flatMap(itemsOf));
        hasItems = true;
        return items;
      },
      requires: (name) => required.has(name),
    };
  }
}

/** The types that all of the schemas allow; undefined where none says. */
function typesIn(nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const stated = nodes.flatMap(({ type }) => (type === undefined ? [] : [new Set([type].flat().map(String))]));
  const [first, ...others] = stated;
  return first && new Set([...first].filter((type) => others.every((other) => allows(other, type))));
}

const allows = (types: ReadonlySet<string>, type: string): boolean =>
  types.has(type) || (type === 'integer' && types.has('number'));

function scalarOf(allowed: ReadonlySet<string> | undefined): ScalarType | undefined {
  const types = [...(allowed ?? [])].filter((type) => type !== 'null');
  const [only, ...others] = types.includes('number') ? types.filter((type) => type !== 'integer') : types;
  return others.length === 0 && isScalar(only) ? only : undefined;
}

const isScalar = (type: string | undefined): type is ScalarType =>
  type === 'string' || type === 'number' || type === 'integer' || type === 'boolean';

/** No schema names a field like it. */
const OTHER = '\u0000';

/** What a schema always says of a field. */
function partBelow({ node, root }: Part, name: string): readonly Part[] {
  const { properties, patternProperties, additionalProperties } = node;
  if (isObject(properties) && Object.hasOwn(properties, name)) {
    const property = properties[name];
    return isObject(property) ? [{ node: property, root }] : [];
  }
  return isObject(additionalProperties) && !isObject(patternProperties) ? [{ node: additionalProperties, root }] : [];
}

const itemsOf = ({ node, root }: Part): readonly Part[] => (isObject(node.items) ? [{ node: node.items, root }] : []);
