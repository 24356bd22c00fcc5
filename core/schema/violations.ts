import type { ErrorObject } from 'ajv';
import type { Refusal } from '#core/ingestion/record.ts';

/** What the validator found, as refusals: the place, what was expected, and the type of what was found; no values. */
export const toRefusals = (errors: readonly ErrorObject[]): Refusal[] => errors.slice(0, MOST).map(toRefusal);

/** A record may break a rule a million times; some of them are at the same place. */
const MOST = 100;
const MOST_CHARACTERS = 256;

function toRefusal(error: ErrorObject): Refusal {
  const { keyword, params, instancePath, data } = error;
  const base = { code: 'schema-violation', expected: expectation(error).slice(0, MOST_CHARACTERS) } as const;
  if (keyword === 'required' || keyword === 'dependencies' || keyword === 'dependentRequired') {
    const pointer = `${instancePath}/${escapePointer(params.missingProperty)}`;
    return { ...base, message: 'A required field is missing', pointer, found: 'nothing' };
  }
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const key = params.additionalProperty ?? params.unevaluatedProperty;
    const pointer = `${instancePath}/${escapePointer(key)}`;
    return { ...base, message: 'The schema has no such field', pointer, found: 'an unknown field' };
  }
  const found = typeName(data);
  return { ...base, message: `Expected ${base.expected}`, pointer: instancePath, found };
}

/** Whether a violation is that something is missing: no flaw in a record that only changes some fields. */
export const isMissingField = ({ code, found }: Refusal): boolean => code === 'schema-violation' && found === 'nothing';

function expectation({ keyword, params, message = 'another value' }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return [params.type].flat().join(' or ');
    case 'required':
    case 'dependencies':
    case 'dependentRequired':
      return 'a value';
    case 'additionalProperties':
    case 'unevaluatedProperties':
    case 'false schema':
      return 'no such field';
    case 'enum':
      return `one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return JSON.stringify(params.allowedValue);
    case 'format':
      return String(params.format);
    case 'pattern':
      return `text that matches ${params.pattern}`;
    case 'propertyNames':
      return 'names of fields that the schema allows';
    case 'uniqueItems':
      return 'items that differ from each other';
    default:
      return params.limit === undefined ? message.replace(/^must /, '') : `${keyword} ${params.limit}`;
  }
}

/** The type of a value, for people. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return value === '' ? 'empty string' : typeof value;
}

const escapePointer = (key: unknown): string => String(key).replaceAll('~', '~0').replaceAll('/', '~1');
