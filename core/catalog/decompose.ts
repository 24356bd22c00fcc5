import { type SchemaDefinition, TENANT_CONTAINER } from '#core/schema/definition.ts';
import { mapSchemasOf } from '#core/schema/keywords.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerTo, toFragment } from '#core/util/pointer.ts';
import { PARTS } from './compose.ts';

/**
 * A schema that was put together (`compose.ts`) as it was written before: parts that are definitions of their own are
 * referred to, so that it follows them when it is put together again. Parts that are not stay in it.
 */
export function withoutOwnParts(schema: SchemaDefinition): SchemaDefinition {
  return withoutParts(schema, (part) => part['meta:containerId'] === TENANT_CONTAINER);
}

/** The same without any part: references lead to classes, field groups and data types by their `$id`. */
export function withoutParts(
  schema: SchemaDefinition,
  isRemoved: (part: Readonly<Record<string, unknown>>, id: string) => boolean = () => true,
): SchemaDefinition {
  const parts = Object.entries(isObject(schema[PARTS]) ? schema[PARTS] : {});
  const removed = parts.filter(([id, part]) => isObject(part) && isRemoved(part, id)).map(([id]) => id);
  if (removed.length === 0) return schema;
  const targets = removed.map((id) => ({ id, pointer: `#${toFragment(pointerTo([PARTS, id]))}` }));
  const original = (reference: string): string => {
    const found = targets.find(({ pointer }) => reference === pointer || reference.startsWith(`${pointer}/`));
    if (!found) return reference;
    const rest = reference.slice(found.pointer.length);
    return rest === '' ? found.id : `${found.id}#${rest}`;
  };
  const { [PARTS]: _, ...rest } = schema;
  const kept = parts.filter(([id]) => !removed.includes(id)).map(([id, part]) => [id, rewritten(part, original)]);
  const result = rewritten(rest, original) as SchemaDefinition;
  return kept.length === 0 ? result : { ...result, [PARTS]: Object.fromEntries(kept) };
}

function rewritten(node: unknown, original: (reference: string) => string): unknown {
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, original(value)]
        : [key, mapSchemasOf(key, value, (inside) => rewritten(inside, original))],
    ),
  );
}

/** A schema that refers to parts by their `$id`, with some of these parts in it: the inverse of {@link withoutParts}. */
export function withParts(schema: object, parts: Readonly<Record<string, unknown>>): object {
  const used = new Map(Object.keys(parts).map((id) => [id, `#${toFragment(pointerTo([PARTS, id]))}`]));
  if (used.size === 0) return schema;
  const embedded = (reference: string): string => {
    const hash = reference.indexOf('#');
    const pointer = used.get(hash < 0 ? reference : reference.slice(0, hash));
    return pointer === undefined ? reference : pointer + (hash < 0 ? '' : reference.slice(hash + 1));
  };
  return { ...(rewritten(schema, embedded) as object), [PARTS]: parts };
}
