import stringify from 'safe-stable-stringify';
import type { Node } from '#core/schema/field-tree.ts';
import { integerRange } from '#core/schema/integer-range.ts';

/** What schemas ask of the values of one field, taken together. */
export interface FieldSettings {
  /** As JSON; undefined: any value. */
  readonly allowed: ReadonlySet<string> | undefined;
  readonly patterns: ReadonlySet<string>;
  readonly formats: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  /** Fields that no schema names are rejected. */
  readonly closed: boolean;
  readonly unique: boolean;
  /** The narrowest of each. */
  readonly limits: ReadonlyMap<string, number>;
  /** How many schemas `anyOf` and `oneOf` list. */
  readonly alternatives: ReadonlyMap<string, number>;
  /** Rules that are not compared, only told apart: their values as JSON. */
  readonly others: ReadonlyMap<string, ReadonlySet<string>>;
}

const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const ALTERNATIVES = ['anyOf', 'oneOf'];
const OTHERS = [
  ...['multipleOf', 'not', 'if', 'then', 'else', 'dependencies', 'dependentRequired', 'dependentSchemas'],
  ...['propertyNames', 'patternProperties', 'contains', 'minContains', 'maxContains', 'additionalItems'],
  'unevaluatedItems',
];

/** What the schemas that apply to one field ask of its values, taken together. */
export function rulesOf(nodes: readonly Node[]): FieldSettings {
  const texts = (key: string): string[] =>
    nodes.flatMap((node) => (typeof node[key] === 'string' ? [node[key] as string] : []));
  return {
    allowed: allowedBy(nodes),
    patterns: new Set(texts('pattern')),
    formats: new Set(texts('format')),
    required: new Set(nodes.flatMap(({ required }) => (Array.isArray(required) ? required.map(String) : []))),
    closed: nodes.some((node) => node.additionalProperties === false || node.unevaluatedProperties === false),
    unique: nodes.some((node) => node.uniqueItems === true),
    limits: limitsOf(nodes.map((node) => ({ ...node, ...integerRange(node) }))),
    alternatives: byKeyword(ALTERNATIVES, nodes, (lists) => lists.flat().length),
    others: byKeyword(OTHERS, nodes, (values) => new Set(values.map((value) => stringify(value) ?? ''))),
  };
}

const limitsOf = (nodes: readonly Node[]): ReadonlyMap<string, number> =>
  new Map([...narrowest(nodes, LOWER, Math.max), ...narrowest(nodes, UPPER, Math.min)]);

function byKeyword<T>(
  keywords: readonly string[],
  nodes: readonly Node[],
  combine: (values: readonly unknown[]) => T,
): ReadonlyMap<string, T> {
  const values = keywords.map((key) => [key, nodes.filter((node) => key in node).map((node) => node[key])] as const);
  return new Map(values.flatMap(([key, all]) => (all.length > 0 ? [[key, combine(all)] as const] : [])));
}

/** Where several schemas list values, those that all of them do. */
function allowedBy(nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const lists = nodes.flatMap((node) => {
    const values = Array.isArray(node.enum) ? node.enum : 'const' in node ? [node.const] : undefined;
    return values ? [new Set(values.map((value) => stringify(value) ?? ''))] : [];
  });
  const [first, ...others] = lists;
  return first && new Set([...first].filter((value) => others.every((other) => other.has(value))));
}

function narrowest(
  nodes: readonly Node[],
  keys: readonly string[],
  pick: (...values: number[]) => number,
): [string, number][] {
  return keys.flatMap((key) => {
    const values = nodes.flatMap((node) => (typeof node[key] === 'number' ? [node[key] as number] : []));
    return values.length > 0 ? [[key, pick(...values)] as [string, number]] : [];
  });
}

interface Narrowing {
  readonly what: string;
  readonly advice: string;
}

/** Rules under which a value that was right may be wrong. */
export const narrowings = (old: FieldSettings, next: FieldSettings): Narrowing[] => [
  ...narrowedValues(old.allowed, next.allowed),
  ...narrowedForms(old, next),
  ...narrowedLimits(old.limits, next.limits),
  ...narrowedAlternatives(old.alternatives, next.alternatives),
  ...changedOthers(old.others, next.others),
];

const when = (isSo: boolean, what: string, advice: string): Narrowing[] => (isSo ? [{ what, advice }] : []);

function narrowedValues(old: FieldSettings['allowed'], next: FieldSettings['allowed']): Narrowing[] {
  if (next === undefined) return [];
  if (old === undefined) return [{ what: 'limited to certain values', advice: 'omit "enum"' }];
  const lost = [...old].filter((value) => !next.has(value));
  const what = `no longer allows ${lost.slice(0, 10).join(', ')}`;
  return when(lost.length > 0, what, 'keep all values in "enum"; more may be added');
}

function narrowedForms(old: FieldSettings, next: FieldSettings): Narrowing[] {
  const hasOtherPattern = [...next.patterns].some((pattern) => !old.patterns.has(pattern));
  const hasOtherFormat = stringify([...old.formats].sort()) !== stringify([...next.formats].sort());
  return [
    ...when(hasOtherPattern, 'another pattern', 'keep the pattern, or omit it'),
    ...when(hasOtherFormat, 'another format', 'keep the format; add a field of another name for the new one'),
    ...when(next.closed && !old.closed, 'closed for fields it does not name', 'omit "additionalProperties: false"'),
    ...when(next.unique && !old.unique, 'items must differ now', 'omit "uniqueItems"'),
  ];
}

function narrowedLimits(old: FieldSettings['limits'], next: FieldSettings['limits']): Narrowing[] {
  return [...next].flatMap(([key, limit]) => {
    const had = old.get(key);
    if (had === undefined) return [{ what: `"${key}" narrowed to ${limit}`, advice: `omit "${key}"` }];
    return when(LOWER.includes(key) ? limit > had : limit < had, `"${key}" narrowed to ${limit}`, `keep ${had}`);
  });
}

function narrowedAlternatives(old: FieldSettings['alternatives'], next: FieldSettings['alternatives']): Narrowing[] {
  return [...next].flatMap(([key, count]) => {
    const had = old.get(key);
    if (had === undefined) return [{ what: `limited by "${key}"`, advice: `omit "${key}"` }];
    return when(count < had, `fewer schemas in "${key}"`, 'keep all of them; more may be added');
  });
}

function changedOthers(old: FieldSettings['others'], next: FieldSettings['others']): Narrowing[] {
  return [...next].flatMap(([key, values]) => {
    const had = old.get(key);
    const isNew = [...values].some((value) => !had?.has(value));
    return when(isNew, `another "${key}"`, had ? `keep "${key}" as it is, or omit it` : `omit "${key}"`);
  });
}
