import type { Bundle, SchemaNode } from './bundle.ts';
import { SchemaError } from './library.ts';
import { subschemasOf } from './subschemas.ts';

/** A value is looked at by no more schemas than this, each time it is met. */
const MAX_LOOKS = 10_000;
/** References that lead from one to the next without going into the value. */
const MAX_CHAIN = 200;

/**
 * A schema may contain itself further down (a tree of categories). One that refers to itself for the same value would
 * make validation run for ever; one that refers to others, which all refer to others, nearly so.
 * @throws SchemaError naming the place of such a schema
 */
export function rejectUnbounded({ nodes, places }: Bundle): void {
  const reject = (key: string, message: string): never => {
    throw new SchemaError([{ ...places.get(key)!, message }]);
  };
  const known = new Map<string, Reach>();
  /** The nodes on the way to the one that is looked at. */
  const above = new Set<string>();
  const reachOf = (key: string): Reach => {
    const before = known.get(key);
    if (before) return before;
    if (above.has(key)) return reject(key, 'this schema refers to itself without end');
    above.add(key);
    let [looks, chain] = [1, 0];
    for (const target of targetsOf(nodes.get(key)!)) {
      if (above.size > MAX_CHAIN || chain >= MAX_CHAIN)
        reject(key, `this schema leads to another by more than ${MAX_CHAIN} references in a row`);
      const reach = reachOf(target);
      looks += reach.looks;
      chain = Math.max(chain, reach.chain + 1);
      if (looks > MAX_LOOKS) reject(key, `this schema validates a value by more than ${MAX_LOOKS} schemas`);
    }
    above.delete(key);
    known.set(key, { looks, chain });
    return { looks, chain };
  };
  for (const key of nodes.keys()) reachOf(key);
}

/** The schemas that look at a value because one does, itself included, and the most references in a row that lead to one. */
interface Reach {
  readonly looks: number;
  readonly chain: number;
}

/** The nodes that have a say about the same value as this one. */
function* targetsOf(node: SchemaNode): Generator<string> {
  if (typeof node === 'boolean') return;
  if (typeof node.$ref === 'string') yield node.$ref;
  for (const { schema, position } of subschemasOf(node)) if (position === 'same') yield* targetsOf(schema);
}
