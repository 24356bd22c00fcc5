import type { Bundle, SchemaNode } from './bundle.ts';

/** Keywords that apply another schema to the very same value. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependencies', 'dependentSchemas'];

/**
 * A schema may contain itself further down (a tree of categories). One that refers to itself for the same value would
 * make validation run for ever.
 * @returns the key of a node that does so
 */
export function findEndless({ nodes }: Bundle): string | undefined {
  const ends = new Set<string>();
  const isEndless = (key: string, above: ReadonlySet<string>): boolean => {
    if (above.has(key)) return true;
    if (ends.has(key)) return false;
    const path = new Set(above).add(key);
    for (const target of targetsOf(nodes.get(key)!)) if (isEndless(target, path)) return true;
    ends.add(key);
    return false;
  };
  for (const key of nodes.keys()) if (isEndless(key, new Set())) return key;
  return undefined;
}

/** The nodes that have a say about the same value as this one. */
function* targetsOf(node: SchemaNode): Generator<string> {
  if (typeof node === 'boolean') return;
  if (typeof node.$ref === 'string') yield node.$ref;
  for (const keyword of SAME_VALUE) {
    const value = node[keyword];
    if (typeof value !== 'object' || value === null) continue;
    const isOne = keyword === 'not' || keyword === 'if' || keyword === 'then' || keyword === 'else';
    for (const member of isOne ? [value] : Object.values(value)) {
      if (!Array.isArray(member)) yield* targetsOf(member as SchemaNode);
    }
  }
}
