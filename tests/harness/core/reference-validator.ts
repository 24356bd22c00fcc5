import { isDeepStrictEqual } from 'node:util';
import type { Bundle, SchemaNode } from '#core/schema/bundle.ts';

/**
 * What JSON Schema (2019-09) says about a value, word by word: no compiling, no memory, no library. It takes as long as it
 * takes. Formats are omitted.
 */
export const isValid = ({ root, nodes }: Bundle, value: unknown): boolean =>
  outcome(nodes.get(root)!, value, nodes) !== undefined;

/** Which fields and items a schema that fits has looked at. */
interface Seen {
  readonly fields: ReadonlySet<string>;
  /** How many items from the first on. */
  readonly items: number;
}

type Nodes = Bundle['nodes'];
type Schema = Readonly<Record<string, unknown>>;

/** Undefined where the value does not fit. */
function outcome(schema: SchemaNode, value: unknown, nodes: Nodes): Seen | undefined {
  if (typeof schema === 'boolean') return schema ? { fields: new Set(), items: 0 } : undefined;
  if (!fitsPlainly(schema, value)) return undefined;
  const seen: { fields: Set<string>; items: number } = { fields: new Set(), items: 0 };
  const add = (more: Seen | undefined): boolean => {
    for (const name of more?.fields ?? []) seen.fields.add(name);
    seen.items = Math.max(seen.items, more?.items ?? 0);
    return more !== undefined;
  };
  const by = (inner: unknown): Seen | undefined => outcome(inner as SchemaNode, value, nodes);
  if (typeof schema.$ref === 'string' && !add(by(nodes.get(schema.$ref)!))) return undefined;
  if (Array.isArray(schema.allOf) && !schema.allOf.map(by).map(add).every(Boolean)) return undefined;
  if (Array.isArray(schema.anyOf) && !schema.anyOf.map(by).map(add).some(Boolean)) return undefined;
  if (Array.isArray(schema.oneOf) && schema.oneOf.map(by).map(add).filter(Boolean).length !== 1) return undefined;
  if ('not' in schema && by(schema.not)) return undefined;
  if ('if' in schema) {
    const next = add(by(schema.if)) ? schema.then : schema.else;
    if (next !== undefined && !add(by(next))) return undefined;
  }
  if (isObject(value)) {
    for (const keyword of ['dependencies', 'dependentSchemas']) {
      for (const [name, inner] of Object.entries((schema[keyword] ?? {}) as Schema)) {
        if (!Object.hasOwn(value, name)) continue;
        if (Array.isArray(inner) ? !inner.every((other) => Object.hasOwn(value, other)) : !add(by(inner)))
          return undefined;
      }
    }
    if (!fitsFields(schema, value, nodes, seen)) return undefined;
  }
  if (Array.isArray(value) && !fitsItems(schema, value, nodes, seen)) return undefined;
  return seen;
}

function fitsFields(schema: Schema, value: Schema, nodes: Nodes, seen: { fields: Set<string> }): boolean {
  const properties = (schema.properties ?? {}) as Record<string, SchemaNode>;
  const patterns = Object.entries((schema.patternProperties ?? {}) as Record<string, SchemaNode>);
  const fits = (inner: unknown, one: unknown): boolean => outcome(inner as SchemaNode, one, nodes) !== undefined;
  const own: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    const inner = [
      ...(Object.hasOwn(properties, name) ? [properties[name]] : []),
      ...patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name)).map(([, of]) => of),
    ];
    if (inner.length > 0) own.push(name);
    if (inner.length === 0 && 'additionalProperties' in schema) {
      own.push(name);
      inner.push(schema.additionalProperties as SchemaNode);
    }
    if (!inner.every((of) => fits(of, one))) return false;
    if ('propertyNames' in schema && !fits(schema.propertyNames, name)) return false;
  }
  for (const name of own) seen.fields.add(name);
  if (!('unevaluatedProperties' in schema)) return true;
  for (const [name, one] of Object.entries(value)) {
    if (!seen.fields.has(name) && !fits(schema.unevaluatedProperties, one)) return false;
    seen.fields.add(name);
  }
  return true;
}

function fitsItems(schema: Schema, value: readonly unknown[], nodes: Nodes, seen: { items: number }): boolean {
  const fits = (inner: unknown, one: unknown): boolean => outcome(inner as SchemaNode, one, nodes) !== undefined;
  const { items, contains, minContains = 1, maxContains = Number.POSITIVE_INFINITY } = schema;
  if (Array.isArray(items)) {
    if (!value.slice(0, items.length).every((one, i) => fits(items[i], one))) return false;
    seen.items = Math.max(seen.items, items.length);
    if ('additionalItems' in schema) {
      if (!value.slice(items.length).every((one) => fits(schema.additionalItems, one))) return false;
      seen.items = value.length;
    }
  } else if (items !== undefined) {
    if (!value.every((one) => fits(items, one))) return false;
    seen.items = value.length;
  }
  if (contains !== undefined) {
    const count = value.filter((one) => fits(contains, one)).length;
    if (count < (minContains as number) || count > (maxContains as number)) return false;
  }
  if (!('unevaluatedItems' in schema)) return true;
  const from = seen.items;
  seen.items = value.length;
  return value.slice(from).every((one) => fits(schema.unevaluatedItems, one));
}

/** Keywords without schemas in them. */
function fitsPlainly(schema: Schema, value: unknown): boolean {
  const rule = <T>(keyword: string, holds: (rule: T) => boolean): boolean =>
    !(keyword in schema) || holds(schema[keyword] as T);
  const allowed = (schema.enum ?? schema.largeEnum) as readonly unknown[] | undefined;
  const isSame = (other: unknown): boolean => isDeepStrictEqual(plain(value), plain(other));
  return (
    rule<string | string[]>('type', (types) => [types].flat().some((type) => isOfType(type, value))) &&
    (allowed === undefined || allowed.some(isSame)) &&
    rule('const', isSame) &&
    (typeof value !== 'number' ||
      (rule<number>('minimum', (limit) => value >= limit) &&
        rule<number>('maximum', (limit) => value <= limit) &&
        rule<number>('exclusiveMinimum', (limit) => value > limit) &&
        rule<number>('exclusiveMaximum', (limit) => value < limit))) &&
    (typeof value !== 'string' ||
      (rule<number>('minLength', (limit) => [...value].length >= limit) &&
        rule<number>('maxLength', (limit) => [...value].length <= limit) &&
        rule<string>('pattern', (pattern) => new RegExp(pattern, 'u').test(value)))) &&
    (!Array.isArray(value) ||
      (rule<number>('minItems', (limit) => value.length >= limit) &&
        rule<number>('maxItems', (limit) => value.length <= limit) &&
        rule<boolean>('uniqueItems', (isWanted) => !isWanted || allDiffer(value)))) &&
    (!isObject(value) ||
      (rule<number>('minProperties', (limit) => Object.keys(value).length >= limit) &&
        rule<number>('maxProperties', (limit) => Object.keys(value).length <= limit) &&
        rule<string[]>('required', (names) => names.every((name) => Object.hasOwn(value, name))) &&
        rule<Record<string, string[]>>('dependentRequired', (lists) =>
          Object.entries(lists).every(
            ([name, others]) => !Object.hasOwn(value, name) || others.every((other) => Object.hasOwn(value, other)),
          ),
        )))
  );
}

const allDiffer = (items: readonly unknown[]): boolean =>
  items.every((item, i) => items.slice(0, i).every((other) => !isDeepStrictEqual(plain(item), plain(other))));

/** Zero is zero; objects have no prototype and no order. */
const plain = (value: unknown): unknown => {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
};

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}
