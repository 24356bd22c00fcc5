import type { Rejection } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';
import { bindRules } from './bind-rules.ts';
import { type CompiledRule, compileRule, MappingRun } from './compile-rule.ts';
import type { MappingRule } from './definition.ts';
import { areInConflict } from './destination.ts';
import { Extent, isFieldPath, nestFlatNames, noField } from './fields.ts';
import { type Field, fill, fillField } from './fill.ts';
import { type Fields, type Mapped, Rejected, typeName } from './mapped.ts';
import { type MappingSettings, SchemaNames } from './schema-names.ts';
import { headNames, objectReader, type Read, type SourcePath } from './source-path.ts';

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
 * Compiles the mapping of a dataset: columns, keys, constants and expressions become fields (aep.md §2.2), with the same
 * meaning in every form. Without rules, every name becomes the field of this name; dots in it lead into nested fields,
 * and an empty cell leaves its field out. With rules, a name with dots that no rule reads and that is the path of a field
 * of the schema fills this field, and a record that is of the schema already is not mapped, see {@link SchemaNames}.
 * @throws Error when the rules can't work: two fill the same field, a constant is not of its type, an expression is wrong
 */
export function compileMapping(rules: readonly MappingRule[], settings: MappingSettings = NO_SCHEMA): Mapping {
  const { emptyCells = 'absent' } = settings;
  const nothing = emptyCells === 'clear' ? null : undefined;
  const ofColumn = (name: string, column: number): Field<Cells> => fieldOfColumn(name, column, nothing);
  const run = new MappingRun();
  if (rules.length === 0) return { mapRow: rowMapper((header) => header.map(ofColumn), run), mapObject: nestRecord };
  const compiled = rules.map((rule) => compileRule({ ...rule, empty: rule.empty ?? emptyCells }, run));
  rejectClashes(compiled);
  const names = new SchemaNames(
    compiled.flatMap(({ paths }) => paths.flatMap(headNames)),
    settings,
  );
  const ofObjects = bindRules(compiled, objectReader, run);
  return {
    mapRow: rowMapper((header) => {
      if (names.haveHeader(header)) return header.map(ofColumn);
      const read = (path: SourcePath): Read<Cells> | undefined => cellReader(path, header);
      const others = header.flatMap((name, i) => (names.isPassedOn(name) ? ofColumn(name, i) : []));
      return [...bindRules(compiled, read, run), ...others];
    }, run),
    mapObject(value) {
      if (!isObject(value)) return { rejection: noRecord(value) };
      if (names.haveRecord(value)) return nestFlatNames(value);
      run.budget.reset();
      const filled = fill(ofObjects, value);
      return finish(filled instanceof Rejected ? filled : (passOn(value, filled, names, nothing) ?? filled), run);
    },
  };
}

const nestRecord = (value: unknown): Mapped => (isObject(value) ? nestFlatNames(value) : { value: value as Fields });

/** The rows of a file share their header: only for the first of them it is worked out where its columns are. */
function rowMapper(
  fieldsUnder: (header: readonly string[]) => readonly Field<Cells>[],
  run: MappingRun,
): Mapping['mapRow'] {
  let latest: { readonly header: readonly string[]; readonly fields: readonly Field<Cells>[] } | undefined;
  return (cells, header) => {
    if (latest?.header !== header) latest = { header, fields: fieldsUnder(header) };
    run.budget.reset();
    return finish(fill(latest.fields, cells), run);
  };
}

function finish(filled: Fields | Rejected, run: MappingRun): Mapped {
  const omitted = run.take();
  if (filled instanceof Rejected) return { rejection: filled.rejection };
  return omitted ? { value: filled, omitted } : { value: filled };
}

/** What the names of a record say that no rule reads. @returns why it can't be, if so */
function passOn(
  record: Readonly<Fields>,
  filled: Fields,
  names: SchemaNames,
  nothing: null | undefined,
): Rejected | undefined {
  const others = names.passedOn(record);
  if (others.length === 0) return undefined;
  const extent = new Extent();
  for (const name of others) {
    const value = record[name] === '' ? nothing : record[name];
    if (value === undefined) continue;
    const rejected = fillField(filled, name.split('.'), value, extent);
    if (rejected) return rejected;
  }
  return undefined;
}

/** A reader of cells, unless the file has no column of this name. */
function cellReader({ text }: SourcePath, header: readonly string[]): Read<Cells> | undefined {
  const column = header.indexOf(text);
  return column < 0 ? undefined : (cells) => cells[column];
}

function rejectClashes(rules: readonly CompiledRule[]): void {
  for (const [i, { steps, rule }] of rules.entries()) {
    const clash = rules.slice(0, i).find((other) => areInConflict(other.steps, steps))?.rule.destination;
    if (clash !== undefined)
      throw new Error(`The mapping fills "${clash}" and "${rule.destination}", which can't both be`);
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
