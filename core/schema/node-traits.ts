import type { Bundle, SchemaNode } from './bundle.ts';
import { subschemasOf } from './subschemas.ts';

/** What has to be known of a node before it is compiled. */
export interface NodeTraits {
  /** Refers to no other node, and is small: it may be written out where it is referred to. */
  readonly isLeaf: boolean;
  /**
   * It may be asked about one value from several places, and each of these may be one of several to a node above. Where
   * nobody remembered the answers, their number would multiply level by level.
   */
  readonly isShared: boolean;
}

/** Keywords that a leaf has at most: more, written out in many places, would be too much to compile. */
const LARGEST_LEAF = 30;

/** Of every node of a bundle, by its key, what decides how it is compiled. */
export function traitsOf({ root, nodes }: Bundle): ReadonlyMap<string, NodeTraits> {
  const users = new Map<string, number>([[root, 1]]);
  const large = new Set<string>();
  const referring = new Set<string>();
  let tracks = false;
  for (const [key, node] of nodes) {
    let size = 0;
    for (const schema of everySchemaIn(node)) {
      size += typeof schema === 'boolean' ? 1 : Object.keys(schema).length;
      tracks ||= looksAtRest(schema);
      if (typeof schema === 'boolean' || typeof schema.$ref !== 'string') continue;
      referring.add(key);
      users.set(schema.$ref, (users.get(schema.$ref) ?? 0) + 1);
    }
    if (size > LARGEST_LEAF) large.add(key);
  }
  return new Map(
    [...nodes.keys()].map((key) => {
      const isLeaf = !referring.has(key) && !large.has(key);
      // Those who look at what is left ask once more which of several schemas fit.
      return [key, { isLeaf, isShared: !isLeaf && (tracks || (users.get(key) ?? 0) > 1) }];
    }),
  );
}

/** Whether a schema looks at what the schemas beside it have not looked at. */
export const looksAtRest = (schema: SchemaNode): boolean =>
  typeof schema === 'object' && ('unevaluatedProperties' in schema || 'unevaluatedItems' in schema);

/** A schema and all in it; references are not followed. */
function* everySchemaIn(node: SchemaNode): Generator<SchemaNode> {
  yield node;
  for (const { schema } of subschemasOf(node)) yield* everySchemaIn(schema);
}
