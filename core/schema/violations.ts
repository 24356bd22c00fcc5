import type { ErrorObject } from 'ajv';
import type { Rejection } from '#core/record/record.ts';
import { pointerStep, reportedPointer } from '#core/util/pointer.ts';
import { LARGE_ENUM } from './bundle.ts';

/** One thing that a schema has against a value. No values are told, only what they are. */
export interface Violation {
  /** JSON pointer; to the field itself where one is missing or too much. */
  readonly pointer: string;
  /** The JSON Schema keyword that is broken. */
  readonly keyword: string;
  readonly expected: string;
  /** The type of what was found. */
  readonly found: string;
}

/** A value may break a rule a million times; some of them are at the same place. */
export const MAX_VIOLATIONS = 200;
/** The keyword of a violation that no keyword of JSON Schema is broken by: looking at the value would take too long. */
export const TOO_COMPLEX = 'too-complex';
const MAX_CHARACTERS = 256;
/** Of a long list of allowed values, so many are told. */
const MAX_VALUES = 40;

/** What the validator found, and what else there is; what is said twice is said once. */
export function toViolations(errors: readonly ErrorObject[], others: readonly Violation[] = []): readonly Violation[] {
  const distinct = new Map<string, Violation>();
  const put = (violation: Violation): void => {
    distinct.set(`${violation.pointer}\n${violation.keyword}\n${violation.expected}`, violation);
  };
  for (const violation of others) {
    if (distinct.size >= MAX_VIOLATIONS) break;
    put(violation);
  }
  for (const error of errors) {
    if (distinct.size >= MAX_VIOLATIONS) break;
    // Says only that one of the schemas named beside it does not fit.
    if (error.keyword !== 'if') put(toViolation(error));
  }
  return [...distinct.values()];
}

/** Violations as reasons to reject a record. */
export const toRejection = ({ pointer, keyword, expected, found }: Violation): Rejection => ({
  code: keyword === TOO_COMPLEX ? 'too-complex' : 'schema-violation',
  message: messageOf(keyword, expected, found),
  pointer: reportedPointer(pointer),
  expected,
  found,
});

function messageOf(keyword: string, expected: string, found: string): string {
  if (keyword === TOO_COMPLEX) {
    return 'The record takes too many steps to validate; split it, shorten its lists and texts, or make its schema simpler';
  }
  if (found === MISSING) return 'A required field is missing';
  return EXTRA.has(keyword) ? 'The schema has no such field' : `Expected ${expected}`;
}

const MISSING = 'nothing';
const EXTRA = new Set(['additionalProperties', 'unevaluatedProperties', 'false schema']);

function toViolation(error: ErrorObject): Violation {
  const { params, instancePath, data } = error;
  const keyword = error.keyword === LARGE_ENUM ? 'enum' : error.keyword;
  const expected = expectation(error).slice(0, MAX_CHARACTERS);
  if (keyword === 'required' || keyword === 'dependencies' || keyword === 'dependentRequired') {
    return { pointer: `${instancePath}${pointerStep(params.missingProperty)}`, keyword, expected, found: MISSING };
  }
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const key = params.additionalProperty ?? params.unevaluatedProperty;
    return { pointer: `${instancePath}${pointerStep(key)}`, keyword, expected, found: 'an unknown field' };
  }
  // What is wrong with a name is told of the field that has it.
  const name = keyword === 'propertyNames' ? params.propertyName : error.propertyName;
  const pointer = name === undefined ? instancePath : instancePath + pointerStep(name);
  return { pointer, keyword, expected, found: keyword === 'propertyNames' ? 'string' : typeName(data) };
}

/** Whether a violation is that something is missing: no flaw in a record that only changes some fields. */
export const isMissingField = ({ code, found }: Rejection): boolean => code === 'schema-violation' && found === MISSING;

type Expectation = (error: ErrorObject) => string;

const listed: Expectation = ({ schema }) =>
  `one of ${(schema as unknown[]).slice(0, MAX_VALUES).map(valueText).join(', ')}`;
const noField: Expectation = () => 'no such field';
const aValue: Expectation = () => 'a value';

const EXPECTATIONS: ReadonlyMap<string, Expectation> = new Map(
  Object.entries<Expectation>({
    type: ({ params }) => [params.type].flat().join(' or '),
    ...{ required: aValue, dependencies: aValue, dependentRequired: aValue },
    ...{ additionalProperties: noField, unevaluatedProperties: noField, 'false schema': noField },
    ...{ enum: listed, [LARGE_ENUM]: listed },
    multipleOf: ({ schema }) => `a multiple of ${schema}`,
    const: ({ params }) => valueText(params.allowedValue),
    format: ({ params }) => String(params.format),
    pattern: ({ params }) => `text that matches ${params.pattern}`,
    propertyNames: () => 'names of fields that the schema allows',
    uniqueItems: () => 'items that differ from each other',
    contains: () => 'items that the schema under "contains" matches, as many as it wants',
    anyOf: () => 'one of several schemas to match',
    oneOf: () => 'exactly one of several schemas to match',
    not: () => 'a value that the schema under "not" does not match',
  }),
);

const otherwise: Expectation = ({ keyword, params, message = 'another value' }) =>
  params.limit === undefined ? message.replace(/^must /, '') : `${keyword} ${params.limit}`;

const expectation: Expectation = (error) => (EXPECTATIONS.get(error.keyword) ?? otherwise)(error);

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The type of a value, for people. */
export function typeName(value: unknown): string {
  if (value === undefined) return MISSING;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return value === '' ? 'empty string' : typeof value;
}
