import { isObject } from '#core/util/is-object.ts';
import { fragmentSteps } from '#core/util/pointer.ts';
import type { Registry } from './resources.ts';

type Node = Readonly<Record<string, unknown>>;

/** What lies deeper, or in itself, is told to be an object. */
const MAX_LEVELS = 14;
/** References that one resource may follow: what is built of parts of parts would have no end. */
const MAX_REFERENCES = 4_000;

/** A resource with everything that it refers to in its place: `xed-full` (docs/clients.md). */
export function resolved(definition: Node, registry: Registry): Node {
  let references = 0;
  const target = (reference: string, root: Node): { node: Node; root: Node } | undefined => {
    references += 1;
    if (references > MAX_REFERENCES) return undefined;
    const [id = '', fragment] = reference.split('#', 2);
    const document = id === '' ? root : registry.byId(id)?.definition;
    if (!document) return undefined;
    const node = fragmentSteps(fragment ?? '').reduce<unknown>(
      (inside, step) => (isObject(inside) && Object.hasOwn(inside, step) ? inside[step] : undefined),
      document,
    );
    return isObject(node) ? { node, root: document } : undefined;
  };
  const resolve = (node: Node, root: Node, level: number): Node => {
    if (level > MAX_LEVELS) return { type: 'object' };
    const { $ref, allOf, ...own } = node;
    let result = inner(own, root, level);
    for (const member of Array.isArray(allOf) ? allOf : []) {
      if (isObject(member)) result = merged(result, resolve(member, root, level + 1));
    }
    const found = typeof $ref === 'string' ? target($ref, root) : undefined;
    return found ? merged(result, resolve(withoutNames(found.node), found.root, level + 1)) : result;
  };
  const inner = (node: Node, root: Node, level: number): Node => {
    const below = (value: unknown): unknown => (isObject(value) ? resolve(value, root, level + 1) : value);
    return {
      ...node,
      ...(isObject(node.properties) && {
        properties: Object.fromEntries(Object.entries(node.properties).map(([name, field]) => [name, below(field)])),
      }),
      ...(isObject(node.items) && { items: below(node.items) }),
      ...(isObject(node.additionalProperties) && { additionalProperties: below(node.additionalProperties) }),
    };
  };
  const { definitions: _, ...top } = resolve(definition, definition, 0);
  return top;
}

/** What a part is called, and what it is for, is not said of the field or schema that refers to it. */
const OF_PARTS = ['$id', 'title', 'description', 'definitions', 'version'];

const withoutNames = (node: Node): Node =>
  Object.fromEntries(Object.entries(node).filter(([name]) => !OF_PARTS.includes(name) && !name.startsWith('meta:')));

/** What two say of the same: the fields of both. */
function merged(one: Node, other: Node): Node {
  const [a, b] = [one.properties, other.properties];
  const properties = isObject(a) || isObject(b) ? mergedFields(isObject(a) ? a : {}, isObject(b) ? b : {}) : undefined;
  const required = [...new Set([one.required, other.required].flatMap((list) => (Array.isArray(list) ? list : [])))];
  return { ...other, ...one, ...(properties && { properties }), ...(required.length > 0 && { required }) };
}

function mergedFields(one: Node, other: Node): Node {
  const fields: Record<string, unknown> = { ...other };
  for (const [name, field] of Object.entries(one)) {
    const also = fields[name];
    fields[name] = isObject(field) && isObject(also) ? merged(field, also) : field;
  }
  return fields;
}
