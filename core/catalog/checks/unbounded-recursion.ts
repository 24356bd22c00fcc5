import type { SchemaDefinition } from '#core/schema/definition.ts';
import { follow, type Node } from '#core/schema/field-tree.ts';
import { isObject } from '#core/util/is-object.ts';
import type { Findings, Loaded } from '../loaded.ts';
import type { Path } from '../source-file.ts';

const MAX_CHAIN = 1_000;

/** Keywords that apply another schema to the very same value. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'];

/**
 * A schema may contain itself further down (a tree of categories). One that refers to itself for the same value would
 * make validation run for ever.
 */
export function checkUnboundedRecursion(
  loaded: Loaded<unknown>,
  schema: SchemaDefinition,
  byId: ReadonlyMap<string, SchemaDefinition>,
  findings: Findings,
): void {
  const ends = new Set<Node>();
  /** The schemas on the way to the one that is looked at. */
  const above = new Set<Node>();
  const isUnbounded = (node: Node, root: Node): boolean => {
    if (above.has(node)) return true;
    // So many references in a row are rejected by the validator, whether they have an end or not.
    if (ends.has(node) || above.size > MAX_CHAIN) return false;
    above.add(node);
    const target = typeof node.$ref === 'string' ? follow(node.$ref, root, byId) : undefined;
    const members = SAME_VALUE.flatMap((key) => node[key]).filter(isObject);
    const unbounded =
      (target && isUnbounded(target.node, target.root)) || members.some((member) => isUnbounded(member, root));
    above.delete(node);
    if (!unbounded) ends.add(node);
    return unbounded;
  };
  const walk = (value: unknown, path: Path): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    if (isObject(value) && isUnbounded(value, schema)) {
      findings.at(loaded, path, 'this schema refers to itself without end');
      return true;
    }
    return Object.entries(value).some(([key, inside]) => walk(inside, [...path, key]));
  };
  walk(schema, []);
}
