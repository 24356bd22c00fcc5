import type { Rejection } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';
import { compileConverter, NotConverted } from './convert-text.ts';
import type { MappingRule } from './definition.ts';
import { fitsBelow, isFieldPath, nestFlatNames, noField, put, TOO_DEEP } from './fields.ts';
import { type Fields, type Mapped, type Omission, Omitted, Rejected, typeName } from './mapped.ts';
import { compileRuleValue } from './rule-value.ts';
import { type MappingSettings, SchemaNames } from './schema-names.ts';
import { objectReader, parseSourcePath, type Read, type SourcePath } from './source-path.ts';

/** The cells of a row in the order of the header; an empty one is ''. */
type Cells = readonly string[];

/** How records of a dataset become entities, whatever form they come in. */
export interface Mapping {
  /** The row of a CSV file, given the names of its columns. */
  mapRow(cells: Cells, header: readonly string[]): Mapped;
  /** A record of any other form: of JSON, NDJSON, Parquet, or what a source connection takes. */
  mapObject(value: unknown): Mapped;
}

/** Nothing is known of the schema: what no rule reads is of no matter. */
const NO_SCHEMA: MappingSettings = { isField: () => false };

/**
 * Compiles the mapping of a dataset: columns, keys and constants become fields (aep.md §2.2), with the same meaning in
 * every form. Without rules, every name becomes the field of this name; dots in it lead into nested fields, and an empty
 * cell leaves its field out. With rules, a name with dots that no rule reads and that is the path of a field of the
 * schema fills this field, and a record that is of the schema already is not mapped, see {@link SchemaNames}.
 * @throws Error when the rules can't work: two fill the same field, or a constant is not of its type
 */
export function compileMapping(rules: readonly MappingRule[], settings: MappingSettings = NO_SCHEMA): Mapping {
  const { emptyCells = 'absent' } = settings;
  const nothing = emptyCells === 'clear' ? null : undefined;
  const compiled = rules.map((rule) => compileRule({ ...rule, empty: rule.empty ?? emptyCells }));
  rejectClashes(rules);
  const ofColumn = (name: string, column: number): Field<Cells> => fieldOfColumn(name, column, nothing);
  if (rules.length === 0) return { mapRow: rowMapper((header) => header.map(ofColumn)), mapObject: nestRecord };
  const names = new SchemaNames(rules, settings);
  const ofObjects = compiled.map((bind) => bind(objectReader));
  return {
    mapRow: rowMapper((header) => {
      if (names.haveHeader(header)) return header.map(ofColumn);
      const read = (path: SourcePath): Read<Cells> | undefined => cellReader(path, header);
      const others = header.flatMap((name, i) => (names.isPassedOn(name) ? ofColumn(name, i) : []));
      return [...compiled.map((bind) => bind(read)), ...others];
    }),
    mapObject(value) {
      if (!isObject(value)) return { rejection: noRecord(value) };
      if (names.haveRecord(value)) return nestFlatNames(value);
      const mapped = fill(ofObjects, value);
      return mapped.rejection ? mapped : passOn(value, mapped, names, nothing);
    },
  };
}

const nestRecord = (value: unknown): Mapped => (isObject(value) ? nestFlatNames(value) : { value: value as Fields });

/** The rows of a file share their header: only for the first of them it is worked out where its columns are. */
function rowMapper(fieldsUnder: (header: readonly string[]) => readonly Field<Cells>[]): Mapping['mapRow'] {
  let latest: { readonly header: readonly string[]; readonly fields: readonly Field<Cells>[] } | undefined;
  return (cells, header) => {
    if (latest?.header !== header) latest = { header, fields: fieldsUnder(header) };
    return fill(latest.fields, cells);
  };
}

interface Field<S> {
  readonly path: readonly string[];
  /** Its value in a record, undefined where it has none, {@link Rejected} or {@link Omitted}. */
  readonly valueIn: (source: S) => unknown;
}

function fill<S>(fields: readonly Field<S>[], source: S): Mapped {
  const record: Fields = {};
  const omitted: Omission[] = [];
  for (const { path, valueIn } of fields) {
    const value = valueIn(source);
    if (value === undefined) continue;
    if (value instanceof Omitted) {
      omitted.push(value.omission);
      continue;
    }
    const rejection = value instanceof Rejected ? value.rejection : fillField(record, path, value);
    if (rejection) return { rejection };
  }
  return omitted.length > 0 ? { value: record, omitted } : { value: record };
}

function fillField(record: Fields, path: readonly string[], value: unknown): Rejection | undefined {
  if (!fitsBelow(value, path.length)) return TOO_DEEP;
  return put(record, path, value) ? undefined : noField(path);
}

/** What the names of a record say that no rule reads. */
function passOn(
  record: Readonly<Fields>,
  mapped: Extract<Mapped, { value: Fields }>,
  names: SchemaNames,
  nothing: null | undefined,
): Mapped {
  for (const name in record) {
    const value = record[name] === '' ? nothing : record[name];
    if (!names.isPassedOn(name) || value === undefined) continue;
    const rejection = fillField(mapped.value, name.split('.'), value);
    if (rejection) return { rejection };
  }
  return mapped;
}

/** What the mapping reads of any form: nothing, where the form has nothing of this name. */
type Reader<S> = (path: SourcePath) => Read<S> | undefined;

/** @returns the field that the rule fills from records of a form */
function compileRule(rule: MappingRule): <S>(reader: Reader<S>) => Field<S> {
  const { destination, source, countrySource } = rule;
  const path = destination.split('.');
  if (!isFieldPath(path)) throw new Error(`The mapping fills "${destination}", which is no field`);
  const make = compileRuleValue(rule, path);
  if (rule.constant !== undefined) {
    const value = constantOf(rule);
    return () => ({ path, valueIn: () => value });
  }
  const sourcePath = parseSourcePath(source ?? '');
  const countryPath = countrySource === undefined ? undefined : parseSourcePath(countrySource);
  return (reader) => {
    const read = reader(sourcePath);
    const country = countryPath && reader(countryPath);
    if (!read) return { path, valueIn: () => undefined };
    if (!country) return { path, valueIn: (record) => make(read(record)) };
    return { path, valueIn: (record) => make(read(record), country(record)) };
  };
}

function constantOf({ constant, destination, type = 'string', ...rule }: MappingRule): unknown {
  const value = typeof constant === 'string' ? compileConverter({ ...rule, type })(constant) : constant;
  if (!(value instanceof NotConverted)) return value;
  throw new Error(`The constant for "${destination}" is not of type ${type}: expected ${value.expected}`);
}

/** A reader of cells, unless the file has no column of this name. */
function cellReader({ text }: SourcePath, header: readonly string[]): Read<Cells> | undefined {
  const column = header.indexOf(text);
  return column < 0 ? undefined : (cells) => cells[column];
}

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

function fieldOfColumn(name: string, column: number, nothing: null | undefined): Field<Cells> {
  const path = name.split('.');
  const ofCell = isFieldPath(path) ? (cell: string): unknown => cell : () => new Rejected(noField(path));
  return { path, valueIn: (cells) => (cells[column] === '' ? nothing : ofCell(cells[column]!)) };
}

const noRecord = (value: unknown): Rejection => ({
  code: 'mapping-failed',
  message: 'The mapping of the dataset reads records, which this is not',
  pointer: '',
  expected: 'an object with names and values',
  found: typeName(value),
});
