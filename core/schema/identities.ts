import type { SchemaDefinition } from '#core/catalog/definitions.ts';
import type { Identity } from '#core/identity/identity.ts';
import type { Refusal } from '#core/ingestion/record.ts';

export interface CarriedIdentity extends Identity {
  readonly primary: boolean;
}

export interface CarriedIdentities {
  readonly identities: readonly CarriedIdentity[];
  readonly refusals: readonly Refusal[];
}

/**
 * Compiles where the identities of a record are (aep.md §1.1, §1.2): the fields that descriptors name, and `identityMap`.
 * What is not text or is empty is no identity; a namespace that nobody knows is a refusal.
 */
export function compileIdentities(
  schema: SchemaDefinition,
  namespaces: ReadonlySet<string>,
): (entity: unknown) => CarriedIdentities {
  const fields = schema.descriptors.map((descriptor) => ({
    path: descriptor['xdm:sourceProperty'].slice(1).split('/').map(unescapePointer),
    namespace: descriptor['xdm:namespace'],
    primary: descriptor['xdm:isPrimary'],
  }));
  return (entity) => {
    const identities: CarriedIdentity[] = [];
    for (const { path, namespace, primary } of fields) {
      const value = valueAtPath(entity, path);
      if (isIdentity(value)) identities.push({ namespace, value, primary });
    }
    return withIdentityMap(entity, identities, namespaces);
  };
}

function withIdentityMap(
  entity: unknown,
  identities: CarriedIdentity[],
  namespaces: ReadonlySet<string>,
): CarriedIdentities {
  const map = (entity as { identityMap?: unknown } | null)?.identityMap;
  if (typeof map !== 'object' || map === null) return { identities, refusals: NONE };
  const refusals: Refusal[] = [];
  for (const [namespace, items] of Object.entries(map)) {
    if (!namespaces.has(namespace)) {
      refusals.push(unknownNamespace(namespace));
      continue;
    }
    if (!Array.isArray(items)) continue;
    for (const item of items as readonly { id?: unknown; primary?: unknown }[]) {
      if (isIdentity(item?.id)) identities.push({ namespace, value: item.id, primary: item.primary === true });
    }
  }
  return { identities, refusals };
}

const NONE: readonly Refusal[] = [];

const isIdentity = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const unescapePointer = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

function valueAtPath(entity: unknown, path: readonly string[]): unknown {
  let value = entity;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const unknownNamespace = (namespace: string): Refusal => ({
  code: 'unknown-namespace',
  message: 'The catalog has no identity namespace of this code; codes are case-sensitive',
  pointer: `/identityMap/${namespace.slice(0, 128).replaceAll('~', '~0').replaceAll('/', '~1')}`,
  expected: 'a namespace of the catalog or a standard one',
});
