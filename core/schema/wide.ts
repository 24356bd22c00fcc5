import type { Bundle, SchemaNode } from './bundle.ts';
import { mapSubschemas } from './subschemas.ts';

/** Schemas beside each other: the code that ajv makes of them is nested as deep as they are many, and takes its square. */
const MAX_BESIDE = 100;

/** The same bundle, with schemas of more parts than `most` put together from nodes of fewer. */
export function splitWide(bundle: Bundle, most = MAX_BESIDE): Bundle {
  const nodes = new Map<string, SchemaNode>();
  const places = new Map(bundle.places);
  for (const [key, node] of bundle.nodes) {
    let made = 0;
    const put = (schema: SchemaNode): SchemaNode => {
      made += 1;
      const part = `${key}/${made}`;
      nodes.set(part, schema);
      places.set(part, bundle.places.get(key)!);
      return { $ref: part };
    };
    nodes.set(key, split(node, put, most));
  }
  return { ...bundle, nodes, places };
}

type Put = (schema: SchemaNode) => SchemaNode;

function split(schema: SchemaNode, put: Put, most: number): SchemaNode {
  if (typeof schema === 'boolean') return schema;
  const result = mapSubschemas(schema, (inner) => split(inner, put, most));
  const allOf = [
    ...((result.allOf ?? []) as readonly SchemaNode[]),
    ...MAPS.flatMap((keyword) => splitMap(result, keyword)),
    ...splitList(result),
    ...splitNames(result),
  ];
  if (allOf.length > 0) result.allOf = joined(allOf, put, most);
  return result;

  function splitMap(node: Record<string, unknown>, keyword: string): readonly SchemaNode[] {
    const members = Object.entries((node[keyword] ?? {}) as Record<string, unknown>);
    if (members.length <= most) return [];
    // Which fields have a schema matters to the keywords about all others.
    node[keyword] = Object.fromEntries(OF_FIELDS.has(keyword) ? members.map(([name]) => [name, true]) : []);
    return chunksOf(members, most).map((some) => put({ [keyword]: Object.fromEntries(some) }));
  }

  function splitList(node: Record<string, unknown>): readonly SchemaNode[] {
    const { items } = node;
    if (!Array.isArray(items) || items.length <= most) return [];
    node.items = items.map(() => true);
    return chunksOf(items, most).map((some, i) => put({ items: [...Array(i * most).fill(true), ...some] }));
  }

  function splitNames(node: Record<string, unknown>): readonly SchemaNode[] {
    return ['dependencies', 'dependentRequired'].flatMap((keyword) =>
      Object.entries((node[keyword] ?? {}) as Record<string, unknown>).flatMap(([name, names]) => {
        if (!Array.isArray(names) || names.length <= most) return [];
        node[keyword] = { ...(node[keyword] as object), [name]: [] };
        return chunksOf(names, most).map((some) => put({ [keyword]: { [name]: some } }));
      }),
    );
  }
}

const OF_FIELDS = new Set(['properties', 'patternProperties']);
const MAPS = ['properties', 'patternProperties', 'dependencies', 'dependentSchemas', 'dependentRequired'];

/** So few that they can stand beside each other. */
function joined(parts: readonly SchemaNode[], put: Put, most: number): readonly SchemaNode[] {
  if (parts.length <= most) return parts;
  return joined(
    chunksOf(parts, most).map((some) => put({ allOf: some })),
    put,
    most,
  );
}

const chunksOf = <T>(all: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, i) => all.slice(i * most, (i + 1) * most));
