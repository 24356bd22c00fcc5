import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import type { NormalForm, NormalForms } from '#core/identity/normal-form.ts';
import type { Identity } from '#core/record/identity.ts';
import type { OmittedIdentity } from '#core/record/omitted-identity.ts';
import type { Rejection } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerStep, pointerSteps, reportedPointer } from '#core/util/pointer.ts';
import { valueAtKeys } from '#core/util/value-at-keys.ts';
import type { SchemaDefinition } from './definition.ts';
import { identityDescriptors } from './descriptors.ts';

export interface CarriedIdentity extends Identity {
  readonly primary: boolean;
}

/** An identity that was written in another way than it is compared. */
export interface RewrittenIdentity extends Identity {
  readonly asSent: string;
}

export interface CarriedIdentities {
  /** Each once, in normal form; primary where anything in the record says so. */
  readonly identities: readonly CarriedIdentity[];
  /** Those that stand otherwise in the record. */
  readonly rewritten: readonly RewrittenIdentity[];
  /** Values that are no identities although they stand where one belongs. */
  readonly omitted: readonly OmittedIdentity[];
  readonly rejections: readonly Rejection[];
}

/**
 * Compiles where the identities of a record are: the fields that descriptors name (aep.md §1.1), and `identityMap`
 * (§1.2), whose keys are codes of namespaces or their published URIs. What is not text or is empty is no identity; but a
 * namespace of `identityMap` with nothing but empty values is one empty identity, for such a record has no usable
 * primary identity if that namespace is its strongest (§3.3). A namespace that nobody knows is a rejection. Every value is
 * brought into the normal form of its namespace; one that has none, such as a placeholder, is omitted.
 */
export function compileIdentities(
  schema: SchemaDefinition,
  normalForms: NormalForms,
): (entity: unknown) => CarriedIdentities {
  const fields = identityDescriptors(schema).map((descriptor) => ({
    pointer: descriptor['xdm:sourceProperty'],
    path: pointerSteps(descriptor['xdm:sourceProperty']),
    namespace: descriptor['xdm:namespace'],
    primary: descriptor['xdm:isPrimary'],
    normalForm: normalForms.get(descriptor['xdm:namespace']),
  }));
  return (entity) => {
    const found: Found = { stated: [], rewritten: undefined, omitted: undefined, rejections: undefined };
    for (const { pointer, path, namespace, primary, normalForm } of fields) {
      const value = valueAtKeys(entity, path);
      if (!isIdentity(value)) continue;
      if (normalForm) addValue({ namespace, value, primary }, normalForm, found);
      else add(found, 'rejections', unknownNamespace(pointer));
    }
    addOfMap(identityMapOf(entity), normalForms, found);
    const { stated, rewritten = NONE, omitted = NONE, rejections = NONE } = found;
    return { identities: stated.length < 2 ? stated : eachOnce(stated), rewritten, omitted, rejections };
  };
}

interface Found {
  readonly stated: CarriedIdentity[];
  // Of nearly no record.
  rewritten: RewrittenIdentity[] | undefined;
  omitted: OmittedIdentity[] | undefined;
  rejections: Rejection[] | undefined;
}

const NONE: readonly never[] = [];

function add<K extends 'rewritten' | 'omitted' | 'rejections'>(
  found: Found,
  kind: K,
  one: NonNullable<Found[K]>[number],
): void {
  const all = found[kind] as unknown[] | undefined;
  if (all) all.push(one);
  else found[kind] = [one] as never;
}

function addValue(sent: CarriedIdentity, normalForm: NormalForm, found: Found): void {
  const { namespace, value: asSent, primary } = sent;
  const value = normalForm.normalize(asSent);
  if (value === asSent) found.stated.push(sent);
  else if (typeof value === 'string') {
    found.stated.push({ namespace, value, primary });
    add(found, 'rewritten', { namespace, value, asSent });
  } else add(found, 'omitted', { namespace, primary, asSent, reason: value.omitted });
}

function addOfMap(map: typeof NO_MAP, normalForms: NormalForms, found: Found): void {
  for (const key in map) {
    if (found.rejections?.length === MAX_REJECTIONS) break;
    const items = map[key];
    const namespace = namespaceOfKey(key);
    const normalForm = normalForms.get(namespace);
    if (!normalForm) add(found, 'rejections', unknownNamespace(`/identityMap${pointerStep(key)}`));
    else if (Array.isArray(items)) addOfNamespace(namespace, items, normalForm, found);
  }
}

/** The items of one namespace; one without a value where none of them has any. */
function addOfNamespace(namespace: string, items: readonly MapItem[], normalForm: NormalForm, found: Found): void {
  let [isStated, isNamed, isPrimary] = [false, false, false];
  for (const item of items) {
    if (typeof item?.id !== 'string') continue;
    const primary = item.primary === true;
    isStated = true;
    isPrimary ||= primary;
    if (!isIdentity(item.id)) continue;
    isNamed = true;
    addValue({ namespace, value: item.id, primary }, normalForm, found);
  }
  if (isStated && !isNamed) found.stated.push({ namespace, value: '', primary: isPrimary });
}

/** Whatever it is: what is no object has neither. */
type MapItem = { readonly id?: unknown; readonly primary?: unknown } | null | undefined;

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
  const map = valueAtKeys(entity, IDENTITY_MAP);
  return isObject(map) ? map : NO_MAP;
}

const isIdentity = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const URI = 'https://data.adobe.io/entities/namespace/';
const CODE_BY_URI: ReadonlyMap<string, string> = new Map(
  STANDARD_NAMESPACES.flatMap(({ id, code }) => (id === undefined ? [] : [[`${URI}${id}`, code] as const])),
);

/** The namespace that a key of `identityMap` names, by its code or its published URI. */
export const namespaceOfKey = (key: string): string => CODE_BY_URI.get(key) ?? key;

/** As many as of the schema; a record may have a hundred thousand. */
const MAX_REJECTIONS = 5;

const unknownNamespace = (pointer: string): Rejection => ({
  code: 'unknown-namespace',
  message: 'The catalog has no identity namespace of this code; codes are case-sensitive',
  pointer: reportedPointer(pointer),
  expected: 'a namespace of the catalog or a standard one',
  found: 'another code',
});
