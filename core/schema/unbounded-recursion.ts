import type { Bundle, SchemaNode } from './bundle.ts';
import { SchemaError } from './library.ts';

/** Keywords that apply another schema to the very same value. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependencies', 'dependentSchemas'];

/** A value is looked at by no more schemas than this, each time it is met. */
const MAX_LOOKS = 10_000;

/**
 * A schema may contain itself further down (a tree of categories). One that refers to itself for the same value would
 * make validation run for ever; one that refers to others, which all refer to others, nearly so.
 * @throws SchemaError naming the place of such a schema
 */
export function rejectUnbounded({ nodes, places }: Bundle): void {
  const reject = (key: string, message: string): never => {
    throw new SchemaError([{ ...places.get(key)!, message }]);
  };
  const looks = new Map<string, number>();
  const count = (key: string, above: ReadonlySet<string>): number => {
    if (above.has(key)) return Number.POSITIVE_INFINITY;
    const known = looks.get(key);
    if (known !== undefined) return known;
    const path = new Set(above).add(key);
    let sum = 1;
    for (const target of targetsOf(nodes.get(key)!)) sum += count(target, path);
    looks.set(key, sum);
    return sum;
  };
  for (const key of nodes.keys()) {
    const sum = count(key, new Set());
    if (sum === Number.POSITIVE_INFINITY) reject(key, 'this schema refers to itself without end');
    if (sum > MAX_LOOKS) reject(key, `this schema has a value looked at by more than ${MAX_LOOKS} schemas`);
  }
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
