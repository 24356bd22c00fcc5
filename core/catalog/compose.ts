import type { SchemaDefinition } from '#core/schema/definition.ts';
import { SCHEMA_LISTS, SCHEMA_MAPS, SINGLE_SCHEMAS } from '#core/schema/keywords.ts';
import { isObject, pointerStep } from '#core/schema/library.ts';
import { withRecordNames } from '#core/schema/xed.ts';
import { BUILT_IN_SCHEMAS } from './built-in-schemas.ts';

/** Where the parts of a composed schema are kept, by their `$id`. */
export const PARTS = 'meta:parts';
type Node = Readonly<Record<string, unknown>>;
type Path = readonly string[];

export interface ComposedSchema {
  readonly definition: SchemaDefinition;
  /** The `$id`s of its parts. */
  readonly used: readonly string[];
  /** References in parts that lead to no part and no schema. */
  readonly missing: readonly { readonly in: string; readonly path: Path; readonly id: string }[];
}

/** @returns classes, field groups and data types by their `$id`: those of files before the built-in ones */
export function partsOf(files: Iterable<readonly [id: string, schema: unknown]>): ReadonlyMap<string, Node> {
  const own = [...files].map(([id, schema]) => [id, withRecordNames(schema, { lean: true }) as Node] as const);
  return new Map([...BUILT_IN_SCHEMAS.map((schema) => [schema.$id, schema as Node] as const), ...own]);
}

/**
 * Puts a schema together from the class, field groups and data types it refers to (aep.md §1.1): they become parts of
 * it, and only these. What comes of it stands for itself.
 * @param schemas the `$id`s of all schemas, which are referred to as they are
 */
export function composeSchema(
  schema: SchemaDefinition,
  parts: ReadonlyMap<string, Node>,
  schemas: ReadonlySet<string>,
): ComposedSchema {
  const used = new Map<string, unknown>();
  const waiting: string[] = [];
  const missing: { in: string; path: Path; id: string }[] = [];
  const rewrite = (node: unknown, part: string | undefined, path: Path): unknown => {
    if (!isObject(node)) return node;
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      const here = [...path, key];
      const inside = (item: unknown, step: string | number): unknown => rewrite(item, part, [...here, String(step)]);
      if (key === '$ref' && typeof value === 'string') {
        const target = reference(value, part, here);
        if (target !== undefined) result.$ref = target;
      } else if (SCHEMA_MAPS.has(key) && isObject(value)) {
        result[key] = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inside(item, name)]));
      } else if (SCHEMA_LISTS.has(key) && Array.isArray(value)) result[key] = value.map(inside);
      else if (SINGLE_SCHEMAS.has(key))
        result[key] = Array.isArray(value) ? value.map(inside) : rewrite(value, part, here);
      else result[key] = value;
    }
    return result;
  };
  const reference = (value: string, part: string | undefined, path: Path): string | undefined => {
    const hash = value.indexOf('#');
    const id = hash < 0 ? value : value.slice(0, hash);
    const fragment = hash < 0 ? '' : value.slice(hash + 1);
    if (id === '') return part === undefined ? value : `#${pointerTo(part)}${fragment}`;
    if (schemas.has(id)) return value;
    if (!parts.has(id)) {
      if (part !== undefined) missing.push({ in: part, path, id });
      return part === undefined ? value : undefined;
    }
    if (!used.has(id)) {
      used.set(id, {});
      waiting.push(id);
    }
    return `#${pointerTo(id)}${fragment}`;
  };
  const definition = rewrite(withRecordNames(schema), undefined, []) as SchemaDefinition;
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const { $id: _, $schema: _dialect, ...rest } = parts.get(id)!;
    used.set(id, rewrite(rest, id, []));
  }
  if (used.size === 0) return { definition, used: [], missing };
  const had = isObject(definition[PARTS]) ? definition[PARTS] : {};
  return {
    definition: { ...definition, [PARTS]: { ...had, ...Object.fromEntries(used) } },
    used: [...used.keys()],
    missing,
  };
}

const pointerTo = (part: string): string => pointerStep(PARTS) + pointerStep(part);
