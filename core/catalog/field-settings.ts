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

/** Rules under which a value that was right may be wrong. */
export function narrowings(old: FieldSettings, next: FieldSettings): { what: string; advice: string }[] {
  const found: { what: string; advice: string }[] = [];
  const put = (what: string, advice: string): void => void found.push({ what, advice });
  const lost = old.allowed === undefined ? undefined : [...old.allowed].filter((value) => !next.allowed?.has(value));
  if (next.allowed && lost === undefined) put('limited to certain values', 'leave out "enum"');
  else if (next.allowed && lost && lost.length > 0) {
    put(`no longer allows ${lost.slice(0, 10).join(', ')}`, 'keep all values in "enum"; more may be added');
  }
  if ([...next.patterns].some((pattern) => !old.patterns.has(pattern))) {
    put('another pattern', 'keep the pattern, or leave it out');
  }
  if (stringify([...old.formats].sort()) !== stringify([...next.formats].sort())) {
    put('another format', 'keep the format; add a field of another name for the new one');
  }
  if (next.closed && !old.closed) put('closed for fields it does not name', 'leave out "additionalProperties: false"');
  if (next.unique && !old.unique) put('items must differ now', 'leave out "uniqueItems"');
  for (const [key, limit] of next.limits) {
    const had = old.limits.get(key);
    const isNarrower = had === undefined || (LOWER.includes(key) ? limit > had : limit < had);
    if (isNarrower) put(`"${key}" narrowed to ${limit}`, had === undefined ? `leave out "${key}"` : `keep ${had}`);
  }
  for (const [key, count] of next.alternatives) {
    const had = old.alternatives.get(key);
    if (had === undefined) put(`limited by "${key}"`, `leave out "${key}"`);
    else if (count < had) put(`fewer schemas in "${key}"`, 'keep all of them; more may be added');
  }
  for (const [key, values] of next.others) {
    const had = old.others.get(key);
    const isNew = [...values].some((value) => !had?.has(value));
    if (isNew) put(`another "${key}"`, had ? `keep "${key}" as it is, or leave it out` : `leave out "${key}"`);
  }
  return found;
}
