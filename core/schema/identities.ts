import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import type { Identity } from '#core/record/identity.ts';
import { pointerStep } from '#core/record/pointer.ts';
import type { Rejection } from '#core/record/record.ts';
import type { SchemaDefinition } from './definition.ts';
import { identityDescriptors } from './descriptors.ts';

export interface CarriedIdentity extends Identity {
  readonly primary: boolean;
}

export interface CarriedIdentities {
  /** Each once; primary where anything in the record says so. */
  readonly identities: readonly CarriedIdentity[];
  readonly rejections: readonly Rejection[];
}

/**
 * Compiles where the identities of a record are: the fields that descriptors name (aep.md §1.1), and `identityMap`
 * (§1.2), whose keys are codes of namespaces or their published URIs. What is not text or is empty is no identity; but a
 * namespace of `identityMap` with nothing but empty values is one empty identity, for such a record has no usable
 * primary identity if that namespace is its strongest (§3.3). A namespace that nobody knows is a rejection.
 * @param namespaces codes
 */
export function compileIdentities(
  schema: SchemaDefinition,
  namespaces: ReadonlySet<string>,
): (entity: unknown) => CarriedIdentities {
  const fields = identityDescriptors(schema).map((descriptor) => ({
    pointer: descriptor['xdm:sourceProperty'],
    path: descriptor['xdm:sourceProperty'].slice(1).split('/').map(unescapePointer),
    namespace: descriptor['xdm:namespace'],
    primary: descriptor['xdm:isPrimary'],
  }));
  return (entity) => {
    const stated: CarriedIdentity[] = [];
    const rejections: Rejection[] = [];
    const add = (namespace: string, value: string, primary: boolean): void => {
      stated.push({ namespace, value, primary });
    };
    for (const { pointer, path, namespace, primary } of fields) {
      const value = valueAtPath(entity, path);
      if (!isIdentity(value)) continue;
      if (namespaces.has(namespace)) add(namespace, value, primary);
      else rejections.push(unknownNamespace(pointer));
    }
    const map = identityMapOf(entity);
    for (const key in map) {
      const items = map[key];
      const namespace = codeOf(key);
      if (rejections.length === MAX_REJECTIONS) break;
      if (!namespaces.has(namespace)) rejections.push(unknownNamespace(`/identityMap${pointerStep(key)}`));
      else if (Array.isArray(items)) {
        const stated = items.filter((item) => typeof item?.id === 'string');
        const named = stated.filter(({ id }) => isIdentity(id));
        for (const { id, primary } of named) add(namespace, id, primary === true);
        if (stated.length > 0 && named.length === 0)
          add(
            namespace,
            '',
            stated.some(({ primary }) => primary === true),
          );
      }
    }
    return { identities: stated.length < 2 ? stated : eachOnce(stated), rejections };
  };
}

function eachOnce(stated: readonly CarriedIdentity[]): readonly CarriedIdentity[] {
  const found = new Map<string, CarriedIdentity>();
  for (const identity of stated) {
    const key = `${identity.namespace}:${identity.value}`;
    if (identity.primary || !found.has(key)) found.set(key, identity);
  }
  return [...found.values()];
}

const IDENTITY_MAP = ['identityMap'];
const NO_MAP: Readonly<Record<string, unknown>> = {};

function identityMapOf(entity: unknown): Readonly<Record<string, unknown>> {
  const map = valueAtPath(entity, IDENTITY_MAP);
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? (map as typeof NO_MAP) : NO_MAP;
}

const isIdentity = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const URI = 'https://data.adobe.io/entities/namespace/';
const CODE_BY_URI: ReadonlyMap<string, string> = new Map(
  STANDARD_NAMESPACES.flatMap(({ id, code }) => (id === undefined ? [] : [[`${URI}${id}`, code] as const])),
);

const codeOf = (key: string): string => CODE_BY_URI.get(key) ?? key;

function valueAtPath(entity: unknown, path: readonly string[]): unknown {
  let value = entity;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** As many as of the schema; a record may have a hundred thousand. */
const MAX_REJECTIONS = 5;
const unescapePointer = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

const unknownNamespace = (pointer: string): Rejection => ({
  code: 'unknown-namespace',
  message: 'The catalog has no identity namespace of this code; codes are case-sensitive',
  pointer,
  expected: 'a namespace of the catalog or a standard one',
  found: 'another code',
});
