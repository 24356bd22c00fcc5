import type { ClearedIdentity, FieldsOfIdentities, IdentityField } from '#core/record/cleared-identity.ts';
import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerSteps } from '#core/util/pointer.ts';
import type { SchemaDefinition } from './definition.ts';
import { identityDescriptors } from './descriptors.ts';
import { type CarriedIdentities, namespaceOfKey } from './identities.ts';

/** Which fields of records hold identities, for updates that clear them. */
export interface IdentityFields {
  /** What an update clears, whose nulls are in it. The primary identity says whom it is about, and is never cleared. */
  clearedIn(update: unknown): readonly ClearedIdentity[];
  /** See {@link FieldsOfIdentities}; undefined where all identities of a record are in the usual fields. */
  fieldsIn(record: unknown): FieldsOfIdentities | undefined;
}

/** The usual field of a namespace. */
const USUAL: IdentityField = '';
const MAP: IdentityField = '/identityMap';

/**
 * Compiles where the identities of records stand.
 * @param readerOf what a schema's descriptors, and `identityMap`, find in a record
 */
export function compileIdentityFields(
  schema: SchemaDefinition,
  readerOf: (schema: SchemaDefinition) => (record: unknown) => Pick<CarriedIdentities, 'identities'>,
): IdentityFields {
  const descriptors = identityDescriptors(schema);
  const usual = new Map(descriptors.toReversed().map((one) => [one['xdm:namespace'], one['xdm:sourceProperty']]));
  const fields = descriptors.map((descriptor) => {
    const { 'xdm:namespace': namespace, 'xdm:sourceProperty': pointer, 'xdm:isPrimary': isPrimary } = descriptor;
    const reader = readerOf({ ...schema, descriptors: [descriptor] });
    const read = (record: unknown) => reader(withoutMap(record)).identities;
    return {
      namespace,
      isPrimary,
      path: pointerSteps(pointer),
      field: usual.get(namespace) === pointer ? USUAL : pointer,
      read,
    };
  });
  const ofMap = readerOf({ ...schema, descriptors: [] });
  const usually = fields.filter(({ field }) => field === USUAL);
  const others = fields.filter(({ field }) => field !== USUAL);
  const fieldOfMap = (namespace: string): IdentityField => (usual.has(namespace) ? MAP : USUAL);

  return {
    clearedIn(update) {
      const cleared = fields.filter(({ path, isPrimary }) => !isPrimary && isNullAt(update, path));
      return [
        ...cleared.map(({ namespace, field }) => ({ namespace, field })),
        ...nullsOfMap(update).map((namespace) => ({ namespace, field: fieldOfMap(namespace) })),
      ];
    },
    fieldsIn(record) {
      if (others.length === 0 && !isObject(mapOf(record))) return undefined;
      const found: Found = {};
      for (const { field, read } of others) putAll(found, read(record), field);
      const inMap = usual.size > 0 ? ofMap(record).identities : [];
      putAll(
        found,
        inMap.filter(({ namespace }) => usual.has(namespace)),
        MAP,
      );
      if (Object.keys(found).length === 0) return undefined;
      // Those of them that are in the usual field as well.
      for (const { read } of usually) {
        const again = read(record).filter((one) => Object.hasOwn(found, identityKey(one)));
        putAll(found, again, USUAL);
      }
      return found;
    },
  };
}

type Found = Record<IdentityKey, IdentityField[]>;

function putAll(found: Found, identities: readonly Identity[], field: IdentityField): void {
  for (const identity of identities) {
    const key = identityKey(identity);
    const known = Object.hasOwn(found, key) ? found[key]! : [];
    if (!known.includes(field)) found[key] = [...known, field].sort();
  }
}

/** Whether a null stands at a path, or above it. */
function isNullAt(value: unknown, path: readonly string[]): boolean {
  let here = value;
  for (const step of path) {
    if (!isObject(here) || !Object.hasOwn(here, step)) return false;
    here = here[step];
    if (here === null) return true;
  }
  return false;
}

const mapOf = (record: unknown): unknown => (isObject(record) ? record.identityMap : undefined);

function withoutMap(record: unknown): unknown {
  if (!isObject(record) || record.identityMap === undefined) return record;
  const { identityMap: _map, ...rest } = record;
  return rest;
}

/** `identityMap` as a whole says who a record is about; a namespace in it that is null is cleared. */
function nullsOfMap(update: unknown): readonly string[] {
  const map = mapOf(update);
  return isObject(map) ? Object.keys(map).flatMap((key) => (map[key] === null ? [namespaceOfKey(key)] : [])) : [];
}
