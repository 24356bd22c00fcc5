import type { MappingRule } from '#core/catalog/definitions.ts';
import type { Refusal } from '#core/ingestion/record.ts';
import { isUnsafeKey } from '#core/ingestion/text/decode-json.ts';
import { compileConverter, describeText } from './convert-text.ts';

type Row = Readonly<Record<string, string>>;
type Fields = Record<string, unknown>;
type Mapped = { readonly value: Fields } | { readonly refusal: Refusal };

/**
 * Compiles the mapping of a dataset: columns and constants become fields (aep.md §2.2, flat CSV). Without rules, every
 * column becomes the field of its name; dots in a name lead into nested fields. An empty cell leaves its field out; so
 * does an empty list.
 * @throws Error when the rules can't work: two fill the same field, or a constant is not of its type
 */
export function compileMapping(rules: readonly MappingRule[]): (row: Row) => Mapped {
  if (rules.length === 0) return nestColumns();
  const compiled = rules.map(compileRule);
  refuseClashes(rules);
  return (row) => {
    const value: Fields = {};
    for (const { path, fill } of compiled) {
      const filled = fill(row);
      if (filled === undefined) continue;
      if ('refusal' in filled) return filled;
      put(value, path, filled.value);
    }
    return { value };
  };
}

interface CompiledRule {
  readonly path: readonly string[];
  fill(row: Row): { readonly value: unknown } | { readonly refusal: Refusal } | undefined;
}

function compileRule(rule: MappingRule): CompiledRule {
  const { source, constant, destination, type, transform } = rule;
  const convert = compileConverter(rule);
  const isPlain = transform.length === 0;
  const path = destination.split('.');
  if (path.some((name) => name === '' || isUnsafeKey(name))) {
    throw new Error(`The mapping fills "${destination}", which is no field`);
  }
  if (constant !== undefined) {
    const converted = typeof constant === 'string' ? convert(constant, {}) : { value: constant };
    if ('expected' in converted) {
      throw new Error(`The constant for "${destination}" is not of type ${type}: expected ${converted.expected}`);
    }
    return { path, fill: () => converted };
  }
  return {
    path,
    fill(row) {
      const cell = source !== undefined && Object.hasOwn(row, source) ? row[source]! : '';
      if (cell === '') return undefined;
      const text = isPlain ? cell : transform.reduce((given, step) => TRANSFORMS[step](given), cell);
      if (text === '') return undefined;
      const converted = convert(text, row);
      if ('value' in converted) return isEmptyList(converted.value) ? undefined : converted;
      return { refusal: notConvertible(path, source ?? '', converted.expected, text) };
    },
  };
}

/** A cell with nothing but separators is as empty as one without them. */
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const TRANSFORMS: Readonly<Record<MappingRule['transform'][number], (text: string) => string>> = {
  trim: (text) => text.trim(),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
};

function refuseClashes(rules: readonly MappingRule[]): void {
  const filled: string[] = [];
  for (const { destination } of rules) {
    const clash = filled.find(
      (other) => `${other}.`.startsWith(`${destination}.`) || `${destination}.`.startsWith(`${other}.`),
    );
    if (clash !== undefined) throw new Error(`The mapping fills "${clash}" and "${destination}", which can't both be`);
    filled.push(destination);
  }
}

/** Columns that are remembered; names are the customer's, and so is their number. */
const MOST_COLUMNS = 10_000;

function nestColumns(): (row: Row) => Mapped {
  const paths = new Map<string, readonly string[]>();
  const pathOf = (column: string): readonly string[] => {
    const known = paths.get(column);
    if (known) return known;
    const path = column.split('.');
    if (paths.size < MOST_COLUMNS) paths.set(column, path);
    return path;
  };
  return (row) => {
    const value: Fields = {};
    for (const column in row) {
      const path = pathOf(column);
      if (path.some((name) => name === '' || isUnsafeKey(name)) || !put(value, path, row[column])) {
        return { refusal: noField(path) };
      }
    }
    return { value };
  };
}

/** @returns false when something else is in the way */
function put(target: Fields, path: readonly string[], value: unknown): boolean {
  const last = path.length - 1;
  let fields = target;
  for (let i = 0; i < last; i++) {
    const name = path[i]!;
    if (!Object.hasOwn(fields, name)) fields[name] = {};
    const next = fields[name];
    if (typeof next !== 'object' || next === null) return false;
    fields = next as Fields;
  }
  const name = path[last]!;
  if (Object.hasOwn(fields, name)) return false;
  fields[name] = value;
  return true;
}

const pointerTo = (path: readonly string[]): string =>
  path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const notConvertible = (path: readonly string[], column: string, expected: string, text: string): Refusal => ({
  code: 'mapping-failed',
  column,
  message: `Column "${column}" can't become ${path.join('.')}: expected ${expected}`,
  pointer: pointerTo(path),
  expected,
  found: describeText(text),
});

const noField = (path: readonly string[]): Refusal => ({
  code: 'mapping-failed',
  message: 'The name of a column leads to no field, or another column has filled it; rename it, or give a mapping',
  pointer: pointerTo(path),
  expected: 'names such as person.name.firstName, none of which is the beginning of another',
  found: 'a clash',
});
