import type { Rejection } from '#core/record/record.ts';
import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { isUnsafeKey } from '../text/decode-json.ts';
import { compileConverter, describeText, NotConverted } from './convert-text.ts';
import type { MappingRule } from './definition.ts';

/** The cells of a row in the order of the header; an empty one is ''. */
type Cells = readonly string[];
type Fields = Record<string, unknown>;
type Mapped = { readonly value: Fields } | { readonly rejection: Rejection };

/**
 * Compiles the mapping of a dataset: columns and constants become fields (aep.md §2.2, flat CSV). Without rules, every
 * column becomes the field of its name; dots in a name lead into nested fields. An empty cell leaves its field out; so
 * does an empty list.
 * @returns what makes a record of a row, given the names of the columns too
 * @throws Error when the rules can't work: two fill the same field, or a constant is not of its type
 */
export function compileMapping(rules: readonly MappingRule[]): (cells: Cells, header: readonly string[]) => Mapped {
  const compiled = rules.map(compileRule);
  rejectClashes(rules);
  const fieldsUnder = (header: readonly string[]): readonly Field[] =>
    rules.length === 0 ? header.map(fieldOfColumn) : compiled.map((fieldUnder) => fieldUnder(header));
  // The rows of a file share their header: only for the first of them it is worked out where its columns are.
  let latest: { readonly header: readonly string[]; readonly fields: readonly Field[] } | undefined;
  return (cells, header) => {
    if (latest?.header !== header) latest = { header, fields: fieldsUnder(header) };
    return fill(latest.fields, cells);
  };
}

interface Field {
  readonly path: readonly string[];
  /** Its value in a row, undefined where it has none, or {@link Rejected}. */
  valueIn(cells: Cells): unknown;
}

class Rejected {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    this.rejection = rejection;
  }
}

function fill(fields: readonly Field[], cells: Cells): Mapped {
  const record: Fields = {};
  for (const field of fields) {
    const value = field.valueIn(cells);
    if (value === undefined) continue;
    if (value instanceof Rejected) return value;
    if (!put(record, field.path, value)) return { rejection: noField(field.path) };
  }
  return { value: record };
}

/** @returns the field that the rule fills from the rows under a header */
function compileRule(rule: MappingRule): (header: readonly string[]) => Field {
  const { destination } = rule;
  const path = destination.split('.');
  if (!isField(path)) throw new Error(`The mapping fills "${destination}", which is no field`);
  const convert = compileConverter(rule);
  if (rule.constant !== undefined) {
    const value = constantOf(rule, convert);
    return () => ({ path, valueIn: () => value });
  }
  return (header) => {
    const column = columnOf(rule.source, header);
    const country = columnOf(rule.countrySource, header);
    return { path, valueIn: column === undefined ? () => undefined : cellReader(rule, path, convert, column, country) };
  };
}

type Converter = ReturnType<typeof compileConverter>;

function constantOf({ constant, destination, type }: MappingRule, convert: Converter): unknown {
  const value = typeof constant === 'string' ? convert(constant) : constant;
  if (!(value instanceof NotConverted)) return value;
  throw new Error(`The constant for "${destination}" is not of type ${type}: expected ${value.expected}`);
}

/** Reads a cell of a row, and of the country where the value depends on one. */
function cellReader(
  { source, transform }: MappingRule,
  path: readonly string[],
  convert: Converter,
  column: number,
  country: number | undefined,
): Field['valueIn'] {
  const isPlain = transform.length === 0;
  return (cells) => {
    const cell = cells[column]!;
    if (cell === '') return undefined;
    const text = isPlain ? cell : transform.reduce((given, step) => TRANSFORMS[step](given), cell);
    if (text === '') return undefined;
    const value = convert(text, country === undefined ? undefined : cells[country]);
    if (value instanceof NotConverted) return new Rejected(notConvertible(path, source!, value.expected, text));
    return isEmptyList(value) ? undefined : value;
  };
}

/** Where a row has the column, unless the file has none of this name. */
function columnOf(name: string | undefined, header: readonly string[]): number | undefined {
  const column = name === undefined ? -1 : header.indexOf(name);
  return column < 0 ? undefined : column;
}

/** A cell with nothing but separators is as empty as one without them. */
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const TRANSFORMS: Readonly<Record<MappingRule['transform'][number], (text: string) => string>> = {
  trim: (text) => text.trim(),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
};

function rejectClashes(rules: readonly MappingRule[]): void {
  const filled: string[] = [];
  for (const { destination } of rules) {
    const clash = filled.find(
      (other) => `${other}.`.startsWith(`${destination}.`) || `${destination}.`.startsWith(`${other}.`),
    );
    if (clash !== undefined) throw new Error(`The mapping fills "${clash}" and "${destination}", which can't both be`);
    filled.push(destination);
  }
}

const isField = (path: readonly string[]): boolean => !path.some((name) => name === '' || isUnsafeKey(name));

function fieldOfColumn(name: string, column: number): Field {
  const path = name.split('.');
  const ofCell = isField(path) ? (cell: string): unknown => cell : () => new Rejected(noField(path));
  return { path, valueIn: (cells) => (cells[column] === '' ? undefined : ofCell(cells[column]!)) };
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

const notConvertible = (path: readonly string[], column: string, expected: string, text: string): Rejection => ({
  code: 'mapping-failed',
  column,
  message: `Column "${column}" can't become ${path.join('.')}: expected ${expected}`,
  pointer: reportedPointer(pointerTo(path)),
  expected,
  found: describeText(text),
});

const noField = (path: readonly string[]): Rejection => ({
  code: 'mapping-failed',
  message: 'The name of a column leads to no field, or another column has filled it; rename it, or give a mapping',
  pointer: reportedPointer(pointerTo(path)),
  expected: 'names such as person.name.firstName, none of which is the beginning of another',
  found: 'a clash',
});
