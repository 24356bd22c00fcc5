import type { Rejection } from '#core/record/record.ts';
import { daysIn, readPlainInstant } from '#core/util/instant.ts';
import { isObject } from '#core/util/is-object.ts';
import { bundleSchema } from './bundle.ts';
import { compileBundle, type Validate } from './compile-bundle.ts';
import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from './definition.ts';
import { rootOf, type SchemaFile, SchemaLibrary } from './library.ts';
import { toRejection, typeName } from './violations.ts';

/** What a schema has against a record; nothing when it may pass. */
export interface ValidateRecord {
  (entity: unknown): readonly Rejection[];
  /** Whether it may pass, without finding out what is against it. */
  fits(entity: unknown): boolean;
}

/**
 * Compiles a schema (aep.md §1.1). Whatever the schema says, a record is an object, an ExperienceEvent has an `_id` and
 * a `timestamp`, and nobody but the system writes `segmentMembership` (§1.4). At most five violations are reported
 * (§2.1), each with its place, what was expected, and the type of what was found.
 *
 * Schemas and records are written by others: patterns run in linear time, nothing in a schema is run as code, and no
 * keyword takes longer than a record is large.
 * @param others schemas that `$ref` may name by their `$id`
 * @throws Error naming what is wrong, when the schema is no JSON Schema, refers to one that is not there, or has a
 * pattern that cannot run in linear time
 */
export function compileSchema(schema: SchemaDefinition, others: readonly SchemaDefinition[] = []): ValidateRecord {
  return schemaCompiler([schema, ...others])(schema);
}

/** The same for several schemas, which may name each other: they are read once for all, and each is compiled once. */
export function schemaCompiler(schemas: readonly SchemaDefinition[]): (schema: SchemaDefinition) => ValidateRecord {
  const files = new Map(schemas.map((document) => [document, { path: document.$id, document }]));
  const library = new SchemaLibrary(files.values());
  const made = new Map<SchemaDefinition, ValidateRecord>();
  return (schema) => {
    const compiled = made.get(schema) ?? compileOne(schema, files.get(schema)!, library);
    made.set(schema, compiled);
    return compiled;
  };
}

function compileOne(schema: SchemaDefinition, file: SchemaFile, library: SchemaLibrary): ValidateRecord {
  const validate = compile(schema, file, library);
  const isEvent = schema['meta:class'] === EXPERIENCE_EVENT_CLASS;
  const fits = (entity: unknown): boolean =>
    isObject(entity) &&
    !Object.hasOwn(entity, 'segmentMembership') &&
    (!isEvent || eventViolations(entity).length === 0) &&
    validate.fits(entity);
  const validateRecord = (entity: unknown): readonly Rejection[] => {
    if (!isObject(entity)) return [notAnObject(entity)];
    const isOwned = Object.hasOwn(entity, 'segmentMembership');
    const ofClass = isEvent ? eventViolations(entity) : NONE;
    const violations = validate(entity);
    if (violations.length === 0 && !isOwned && ofClass.length === 0) return NONE;
    return firstOfEachPlace([...ofClass, ...(isOwned ? [SYSTEM_OWNED] : []), ...violations.map(toRejection)]);
  };
  return Object.assign(validateRecord, { fits });
}

/** Violations that are reported for one record. */
const MAX_VIOLATIONS = 5;
const NONE: readonly Rejection[] = [];

function compile(schema: SchemaDefinition, file: SchemaFile, library: SchemaLibrary): Validate {
  try {
    return compileBundle(bundleSchema(library, rootOf(file), { boundIntegers: true }));
  } catch (error) {
    throw new Error(`The schema ${schema.$id} can't be used: ${(error as Error).message}`, { cause: error });
  }
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const isInstant = (text: string): boolean =>
  !Number.isNaN(readPlainInstant(text)) ||
  (RFC_3339.test(text) && !Number.isNaN(Date.parse(text)) && isInCalendar(text));

/** `Date.parse` takes the 30th of February for the 2nd of March. */
const isInCalendar = (text: string): boolean =>
  Number(text.slice(11, 13)) < 24 &&
  Number(text.slice(8, 10)) <= daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7)));

function eventViolations({ _id: id, timestamp }: Readonly<Record<string, unknown>>): readonly Rejection[] {
  const hasId = typeof id === 'string' && id !== '';
  const hasTime = typeof timestamp === 'string' && isInstant(timestamp);
  if (hasId && hasTime) return NONE;
  return [
    ...(hasId ? [] : [needed('_id', 'a unique, non-empty string', id)]),
    ...(hasTime ? [] : [needed('timestamp', 'an instant such as 2026-01-31T12:00:00Z', timestamp)]),
  ];
}

const needed = (field: string, expected: string, found: unknown): Rejection => ({
  code: 'schema-violation',
  message: `An event needs "${field}": ${expected}`,
  pointer: `/${field}`,
  expected,
  found: typeName(found),
});

const notAnObject = (found: unknown): Rejection => ({
  code: 'schema-violation',
  message: 'A record is an object',
  pointer: '',
  expected: 'object',
  found: typeName(found),
});

const SYSTEM_OWNED: Rejection = {
  code: 'system-owned-field',
  message: 'segmentMembership is written by the platform alone; leave it out',
  pointer: '/segmentMembership',
  expected: 'no such field',
};

function firstOfEachPlace(violations: readonly Rejection[]): readonly Rejection[] {
  const places = new Map<string | undefined, Rejection>();
  for (const violation of violations) {
    if (!places.has(violation.pointer)) places.set(violation.pointer, violation);
    if (places.size === MAX_VIOLATIONS) break;
  }
  return [...places.values()];
}
