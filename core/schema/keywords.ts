import { isObject } from '#core/util/is-object.ts';

/** Under these keywords, each value of the object is a schema. */
export const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'definitions', '$defs', 'dependencies', 'dependentSchemas'],
]);
/** Under these, each item of the list. */
export const SCHEMA_LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf']);
/** Under these stands one schema; `items` may be a list of them too. */
export const SINGLE_SCHEMAS: ReadonlySet<string> = new Set([
  ...['items', 'additionalItems', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'],
  ...['unevaluatedItems', 'unevaluatedProperties'],
]);

/**
 * The value of a keyword with the schemas in it, if it holds any, made others.
 * @param change is also given the way from the keyword to the schema
 */
export function mapSchemasOf(
  key: string,
  value: unknown,
  change: (schema: unknown, ...way: (string | number)[]) => unknown,
): unknown {
  if (SCHEMA_MAPS.has(key) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, change(schema, name)]));
  }
  const isMany = SCHEMA_LISTS.has(key) || SINGLE_SCHEMAS.has(key);
  if (isMany && Array.isArray(value)) return value.map((schema, i) => change(schema, i));
  return SINGLE_SCHEMAS.has(key) ? change(value) : value;
}

type Fits = (value: unknown) => boolean;

const isNumber: Fits = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: Fits = (value) => Number.isInteger(value) && (value as number) >= 0;
const isText: Fits = (value) => typeof value === 'string';
const isFlag: Fits = (value) => typeof value === 'boolean';
const isChoice: Fits = (value) => Array.isArray(value) && value.length > 0;
const isTexts: Fits = (value) => Array.isArray(value) && value.every(isText);
const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);
const isType: Fits = (value) => [value].flat().every((name) => TYPES.has(name as string)) && [value].flat().length > 0;
const count = { fits: isCount, expected: 'a whole number, 0 or more' };
const number = { fits: isNumber, expected: 'a number' };

/** The keywords that have a say in validation and hold no schemas, with what they want. Annotations are not here. */
export const PLAIN_KEYWORDS: ReadonlyMap<string, { readonly fits: Fits; readonly expected: string }> = new Map(
  Object.entries({
    type: { fits: isType, expected: `one or several of ${[...TYPES].join(', ')}` },
    enum: { fits: isChoice, expected: 'a list of values with at least one' },
    const: { fits: () => true, expected: 'a value' },
    multipleOf: { fits: (value) => isNumber(value) && (value as number) > 0, expected: 'a number above 0' },
    ...{ maximum: number, exclusiveMaximum: number, minimum: number, exclusiveMinimum: number },
    ...{ maxLength: count, minLength: count, maxItems: count, minItems: count },
    ...{ maxProperties: count, minProperties: count, maxContains: count, minContains: count },
    pattern: { fits: isText, expected: 'a regular expression' },
    format: { fits: isText, expected: 'the name of a format' },
    uniqueItems: { fits: isFlag, expected: 'true or false' },
    required: { fits: isTexts, expected: 'a list of names' },
    dependentRequired: { fits: isObject, expected: 'lists of names by name' },
  }),
);
