import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from '#core/catalog/definitions.ts';
import type { Refusal } from '#core/ingestion/record.ts';

/** Violations that are reported for one record (aep.md §2.1). */
const MOST_VIOLATIONS = 5;

/**
 * Compiles a schema (aep.md §1.1). An ExperienceEvent always has an `_id` and a `timestamp`, and nobody but the system
 * writes `segmentMembership`, whatever the schema says.
 * @param others schemas that `$ref` may name by their `$id`
 * @throws Error when it is not a JSON Schema, or names one that is not there
 */
export function compileSchema(
  schema: SchemaDefinition,
  others: readonly SchemaDefinition[],
): (entity: unknown) => readonly Refusal[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, code: { regExp: linearRegExp } });
  (addFormats as unknown as (target: Ajv) => void)(ajv);
  for (const other of others) ajv.addSchema(jsonSchema(other));
  const validate: ValidateFunction = ajv.compile(jsonSchema(schema));
  const isEvent = schema['meta:class'] === EXPERIENCE_EVENT_CLASS;
  return (entity) => {
    const own = isEvent ? eventViolations(entity) : [];
    const system = isObject(entity) && Object.hasOwn(entity, 'segmentMembership') ? [systemOwned] : [];
    const general = validate(entity) ? [] : (validate.errors ?? []).map(asRefusal);
    return own.length + system.length + general.length === 0 ? NONE : unique([...own, ...system, ...general]);
  };
}

const NONE: readonly Refusal[] = [];

/** Without the keys that are ours. */
function jsonSchema({ descriptors: _ours, ...schema }: SchemaDefinition): object {
  return schema;
}

/** Patterns in schemas are written by users: they must not be able to run for ever. */
const linearRegExp = Object.assign(
  (pattern: string, _flags: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.matcher(text).find() };
  },
  { code: 'linearRegExp' },
);

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function eventViolations(entity: unknown): Refusal[] {
  if (!isObject(entity)) return [];
  const { _id: id, timestamp } = entity;
  const violations: Refusal[] = [];
  if (typeof id !== 'string' || id === '') violations.push(missing('/_id', 'a unique, non-empty string', id));
  if (typeof timestamp !== 'string' || !RFC_3339.test(timestamp) || Number.isNaN(Date.parse(timestamp))) {
    violations.push(missing('/timestamp', 'an instant such as 2026-01-31T12:00:00Z', timestamp));
  }
  return violations;
}

const missing = (pointer: string, expected: string, found: unknown): Refusal => ({
  code: 'schema-violation',
  message: `An event needs ${pointer}: ${expected}`,
  pointer,
  expected,
  found: typeName(found),
});

const systemOwned: Refusal = {
  code: 'system-owned-field',
  message: 'segmentMembership is written by the platform alone; leave it out',
  pointer: '/segmentMembership',
  expected: 'no such field',
};

function asRefusal(error: ErrorObject): Refusal {
  const { keyword, params, instancePath, message = 'is not valid' } = error;
  const key = (params['missingProperty'] ?? params['additionalProperty']) as string | undefined;
  const pointer =
    key === undefined ? instancePath : `${instancePath}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return {
    code: 'schema-violation',
    message: keyword === 'additionalProperties' ? 'The schema has no such field' : capital(message),
    pointer: pointer === '' ? '/' : pointer,
    expected: expectation(error),
  };
}

function expectation({ keyword, params }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return String(params['type']);
    case 'required':
      return 'a value';
    case 'additionalProperties':
      return 'no such field';
    case 'enum':
      return `one of ${(params['allowedValues'] as unknown[]).slice(0, 20).join(', ')}`;
    case 'format':
      return String(params['format']);
    case 'pattern':
      return `text that matches ${params['pattern']}`;
    default:
      return `${keyword} ${params['limit'] ?? ''}`.trim();
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return value === '' ? 'empty string' : typeof value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One violation a place, the first ones. */
const unique = (violations: readonly Refusal[]): Refusal[] =>
  [...new Map(violations.toReversed().map((violation) => [violation.pointer, violation])).values()]
    .reverse()
    .slice(0, MOST_VIOLATIONS);
