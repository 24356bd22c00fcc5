import type { SchemaDefinition } from '#core/schema/definition.ts';
import { mapSchemasOf } from '#core/schema/keywords.ts';
import { withRecordNames } from '#core/schema/xed.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerTo, toFragment } from '#core/util/pointer.ts';
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
  const composer = new Composer(parts, schemas);
  const definition = composer.rewrite(withRecordNames(schema), undefined, []) as SchemaDefinition;
  composer.rewriteParts();
  const { used, missing } = composer;
  if (used.size === 0) return { definition, used: [], missing };
  const had = isObject(definition[PARTS]) ? definition[PARTS] : {};
  return {
    definition: { ...definition, [PARTS]: { ...had, ...Object.fromEntries(used) } },
    used: [...used.keys()],
    missing,
  };
}

class Composer {
  readonly #parts: ReadonlyMap<string, Node>;
  readonly #schemas: ReadonlySet<string>;
  readonly used = new Map<string, unknown>();
  readonly #waiting: string[] = [];
  readonly missing: { in: string; path: Path; id: string }[] = [];

  constructor(parts: ReadonlyMap<string, Node>, schemas: ReadonlySet<string>) {
    this.#parts = parts;
    this.#schemas = schemas;
  }

  /** A schema with its references as they are to be. @param part in which it stands, if it is not the schema itself */
  rewrite(node: unknown, part: string | undefined, path: Path): unknown {
    if (!isObject(node)) return node;
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      const here = [...path, key];
      if (key === '$ref' && typeof value === 'string') {
        const target = this.#reference(value, part, here);
        if (target !== undefined) result.$ref = target;
        continue;
      }
      const inside = (item: unknown, ...way: (string | number)[]): unknown =>
        this.rewrite(item, part, [...here, ...way.map(String)]);
      result[key] = mapSchemasOf(key, value, inside);
    }
    return result;
  }

  #reference(value: string, part: string | undefined, path: Path): string | undefined {
    const hash = value.indexOf('#');
    const id = hash < 0 ? value : value.slice(0, hash);
    const fragment = hash < 0 ? '' : value.slice(hash + 1);
    if (id === '') return part === undefined ? value : `#${fragmentOf(part)}${fragment}`;
    if (this.#schemas.has(id)) return value;
    const target = this.#parts.get(id);
    if (!target && part !== undefined) this.missing.push({ in: part, path, id });
    if (!target) return part === undefined ? value : undefined;
    if (!this.used.has(id)) {
      this.used.set(id, {});
      this.#waiting.push(id);
    }
    return `#${fragmentOf(id)}${fragment}`;
  }

  /** Those that are referred to, and those that they refer to. */
  rewriteParts(): void {
    for (let id = this.#waiting.pop(); id !== undefined; id = this.#waiting.pop()) {
      const { $id: _, $schema: _dialect, ...rest } = this.#parts.get(id)!;
      this.used.set(id, this.rewrite(rest, id, []));
    }
  }
}

const fragmentOf = (part: string): string => toFragment(pointerTo([PARTS, part]));
