import type { Bundle, SchemaNode } from './bundle.ts';
import { looksAtRest, type NodeTraits } from './node-traits.ts';
import { mapSubschemas, type Position, subschemasOf } from './subschemas.ts';

// Keywords that only nodes made here have: those of a bundle are all known.

/** A reference that our own code follows: the key of a node. */
export const VISIT = 'visitNode';
/** The members of an `anyOf` or `oneOf`: keys of nodes. */
export const ANY_NODE = 'anyNode';
export const ONE_NODE = 'oneNode';
/** `unevaluatedProperties` and `unevaluatedItems`: the schema that has them, by its number. */
export const REST = 'restOfValue';
/** How many steps it takes to look at a value, fields and items apart. */
export const COST = 'stepsOfValue';
/** Characters are counted. */
export const TEXT_COST = 'stepsOfText';
/** What the keyword "dependencies" was called. */
export const CALLED = 'called';

/** How many fields, of which most are not there, are one step; and from where on a field has steps of its own. */
const FIELDS_A_STEP = 8;

/** The nodes of a bundle as they are given to ajv. */
export interface AjvNodes {
  readonly nodes: ReadonlyMap<string, object>;
  /** What the numbers of {@link REST} mean: schemas of the bundle. */
  readonly resting: readonly Readonly<Record<string, unknown>>[];
  /** The nodes that others ask; all others are written out where they are referred to. */
  readonly asked: ReadonlySet<string>;
}

/** @param forExplaining all references are followed by our own code, which tells what is wrong there when it is asked */
export function ajvNodes({ nodes }: Bundle, traits: ReadonlyMap<string, NodeTraits>, forExplaining: boolean): AjvNodes {
  const resting: Readonly<Record<string, unknown>>[] = [];
  const asked = new Set<string>();
  const visit = (key: string): object => {
    const target = targetOf(nodes, key);
    asked.add(target);
    return { [VISIT]: target };
  };
  // A leaf is written out, which is the quickest.
  const reference = (key: string): object => (!forExplaining && traits.get(key)!.isLeaf ? { $ref: key } : visit(key));
  /** Below a name that the value has chosen; written out, the name would be gone through for each item below it. */
  const named = (schema: SchemaNode): unknown =>
    typeof schema === 'boolean' ? schema : visit((schema as { readonly $ref: string }).$ref);
  const askAlternatives = (schema: Exclude<SchemaNode, boolean>, result: Record<string, unknown>): void => {
    for (const [keyword, ours] of ALTERNATIVES) {
      const members = schema[keyword] as readonly { readonly $ref: string }[] | undefined;
      if (!members || (!forExplaining && members.length <= FEW_ALTERNATIVES)) continue;
      result[ours] = members.map((member) => targetOf(nodes, member.$ref));
      delete result[keyword];
    }
  };
  /** A schema with those in it that apply to the same value. */
  const own = (schema: SchemaNode): unknown => {
    if (typeof schema === 'boolean') return schema;
    const { $ref, contains, unevaluatedProperties, unevaluatedItems, ...others } = schema;
    const changed = mapSubschemas(others, (inner, position, keyword) => {
      if (NAMED.has(keyword)) return named(inner);
      return position === 'same' ? own(inner) : assigned(inner, position);
    });
    const result = withDependencies(changed);
    if (contains !== undefined) result.contains = contains;
    if (looksAtRest(schema)) result[REST] = resting.push(schema) - 1;
    if ('minLength' in result || 'maxLength' in result) result[TEXT_COST] = true;
    askAlternatives(schema, result);
    return typeof $ref === 'string' ? { ...reference($ref), ...result } : result;
  };
  const assigned = (schema: SchemaNode, position: Position): unknown => {
    const steps = stepsOf(schema);
    const result = own(schema);
    const isCounted = position === 'each' || steps >= FIELDS_A_STEP;
    return isCounted && typeof result === 'object' ? { ...result, [COST]: steps } : result;
  };
  const whole = (node: SchemaNode): object => {
    if (typeof node === 'boolean') return node ? {} : { not: {} };
    return { ...(own(node) as object), [COST]: stepsOf(node) };
  };
  return { nodes: new Map([...nodes].map(([key, node]) => [key, whole(node)])), resting, asked };
}

/** As earlier drafts have it: one keyword for both kinds. */
function withDependencies(schema: Record<string, unknown>): Record<string, unknown> {
  const { dependentRequired, dependentSchemas, ...result } = schema;
  const dependencies = [
    ...(dependentSchemas ? [{ dependencies: dependentSchemas }] : []),
    ...(dependentRequired ? [{ dependencies: dependentRequired, [CALLED]: 'dependentRequired' }] : []),
  ];
  if (dependencies.length > 0) result.allOf = [...((result.allOf as object[]) ?? []), ...dependencies];
  return result;
}

const NAMED = new Set(['additionalProperties', 'patternProperties']);

/** A node that does nothing but refer to another one is that one. */
function targetOf(nodes: Bundle['nodes'], key: string): string {
  let target = key;
  for (
    let node = nodes.get(target)!;
    typeof node === 'object' && typeof node.$ref === 'string';
    node = nodes.get(target)!
  ) {
    if (Object.keys(node).length > 1) break;
    target = node.$ref;
  }
  return target;
}

/** ajv writes them out one inside of the other. */
const FEW_ALTERNATIVES = 32;
const ALTERNATIVES = [
  ['anyOf', ANY_NODE],
  ['oneOf', ONE_NODE],
] as const;

function stepsOf(schema: SchemaNode): number {
  let steps = 1;
  let fields = 0;
  for (const { schema: inner, position } of subschemasOf(schema)) {
    if (position === 'same') steps += stepsOf(inner);
    else fields += 1;
  }
  return steps + Math.floor(fields / FIELDS_A_STEP);
}
