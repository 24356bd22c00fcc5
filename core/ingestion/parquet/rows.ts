import { isUnsafeKey } from '#core/ingestion/text/decode-json.ts';
import type { Rejection } from '#core/record/record.ts';
import type { Column } from './column.ts';
import type { Field, NamedField } from './schema.ts';
import { BadValue } from './values.ts';

export interface BuiltRow {
  readonly value: Record<string, unknown>;
  /** Why it can't be accepted, if so. */
  readonly rejection?: Rejection | undefined;
}

type Read = () => unknown;

const RESERVED_KEY: Rejection = {
  code: 'malformed',
  message: 'A map of the row has a key "__proto__" or "constructor", which is never accepted; rename it',
  expected: 'other keys',
  found: 'a reserved key',
};

const NO_KEY: Rejection = {
  code: 'malformed',
  message: 'A map of the row has a value without a key; omit it, or give it one',
  expected: 'a key for every value',
  found: 'null',
};

/** What becomes of fields that are null. */
export type NullFields = 'omitted' | 'null';

/**
 * Compiles a reader of rows, which puts the next values of the columns together (the assembly of Google's Dremel). What
 * is null is left out of lists and maps, and of rows and structs unless it is wanted there.
 * @throws ParquetFlaw when it is called, and the columns do not fit together
 */
export function rowReader(
  fields: readonly NamedField[],
  columns: readonly Column[],
  nulls: NullFields = 'omitted',
): () => BuiltRow {
  const compiler = new Compiler(columns, nulls);
  const nested = columns.filter(({ leaf }) => leaf.repetition > 0 || !isTop(leaf.path));
  const names = fields.map(({ name, field }) => [name, compiler.top(field)] as const);
  const read = nulls === 'null' ? structWithNulls(names) : struct(names);
  return () => {
    compiler.rejection = undefined;
    for (const column of nested) column.startRow();
    const value = read();
    for (const column of nested) column.endRow();
    return { value, rejection: compiler.rejection };
  };
}

class Compiler {
  readonly #columns: readonly Column[];
  readonly #nulls: NullFields;
  /** What is wrong with the row that is read. */
  rejection: Rejection | undefined;

  constructor(columns: readonly Column[], nulls: NullFields) {
    this.#columns = columns;
    this.#nulls = nulls;
  }

  /** A reader of a field of the row itself. */
  top(field: Field): Read {
    if (field.kind !== 'value') return this.#compile(field);
    const column = this.#columns[field.leaf.index]!;
    return () => this.#good(column.nextFlat(), column);
  }

  #compile(field: Field): Read {
    const own = leavesOf(field).map((index) => this.#columns[index]!);
    const first = own[0]!;
    const pass = (): void => {
      for (const column of own) column.next();
    };
    switch (field.kind) {
      case 'value':
        return () => this.#good(first.next(), first);
      case 'struct': {
        const fields = field.fields.map(({ name, field: inside }) => [name, this.#compile(inside)] as const);
        const read = this.#nulls === 'null' ? structWithNulls(fields) : nestedStruct(fields);
        return () => (first.definition < field.definition ? pass() : read());
      }
      case 'list':
        return this.#list(field, first, pass);
      case 'map':
        return this.#map(field, first, pass);
    }
  }

  #list({ definition, repetition, item }: Extract<Field, { kind: 'list' }>, first: Column, pass: () => void): Read {
    const read = this.#compile(item);
    return () => {
      if (first.definition < definition) return absent(first.definition, definition, pass);
      const items: unknown[] = [];
      do {
        const one = read();
        if (one !== undefined) items.push(one);
      } while (first.goesOn(repetition));
      return items;
    };
  }

  #map(field: Extract<Field, { kind: 'map' }>, first: Column, pass: () => void): Read {
    const { definition, repetition } = field;
    const [key, value] = [this.#compile(field.key), this.#compile(field.value)];
    return () => {
      if (first.definition < definition) return absent(first.definition, definition, pass, {});
      const entries: Record<string, unknown> = {};
      do {
        const name = this.#goodName(nameOf(key()));
        const inside = value();
        if (name !== undefined && inside !== undefined) entries[name] = inside;
      } while (first.goesOn(repetition));
      return entries;
    };
  }

  #good(value: unknown, { leaf }: Column): unknown {
    if (typeof value !== 'object' || !(value instanceof BadValue)) return value;
    this.rejection ??= { ...value.rejection, column: leaf.path.replaceAll('\u0000', '.') };
    return undefined;
  }

  #goodName(name: string | undefined): string | undefined {
    if (name !== undefined && !isUnsafeKey(name)) return name;
    this.rejection ??= name === undefined ? NO_KEY : RESERVED_KEY;
    return undefined;
  }
}

const isTop = (path: string): boolean => !path.includes('\u0000');

/** An empty list is one that is there and has no item: one level below that of an item. */
function absent(level: number, ofItem: number, pass: () => void, empty: object = []): unknown {
  pass();
  return level === ofItem - 1 ? empty : undefined;
}

function struct(readers: readonly (readonly [string, Read])[]): () => Record<string, unknown> {
  const names = readers.map(([name]) => name);
  const reads = readers.map(([, read]) => read);
  return () => {
    const value: Record<string, unknown> = {};
    for (let i = 0; i < reads.length; i++) {
      const field = reads[i]!();
      if (field !== undefined) value[names[i]!] = field;
    }
    return value;
  };
}

/**
 * Of a struct whose fields all are null, the first is told as null: it is not one that has no fields, and whoever reads
 * the row decides what a null means, as for rows of JSON.
 */
function nestedStruct(readers: readonly (readonly [string, Read])[]): () => Record<string, unknown> {
  const read = struct(readers);
  const [first] = readers[0]!;
  return () => {
    const value = read();
    for (const _ in value) return value;
    return { [first]: null };
  };
}

function structWithNulls(readers: readonly (readonly [string, Read])[]): () => Record<string, unknown> {
  const names = readers.map(([name]) => name);
  const reads = readers.map(([, read]) => read);
  return () => {
    const value: Record<string, unknown> = {};
    for (let i = 0; i < reads.length; i++) value[names[i]!] = reads[i]!() ?? null;
    return value;
  };
}

const nameOf = (key: unknown): string | undefined =>
  key === undefined ? undefined : typeof key === 'object' ? JSON.stringify(key) : String(key);

function leavesOf(field: Field): number[] {
  switch (field.kind) {
    case 'value':
      return [field.leaf.index];
    case 'struct':
      return field.fields.flatMap(({ field: inside }) => leavesOf(inside));
    case 'list':
      return leavesOf(field.item);
    case 'map':
      return [...leavesOf(field.key), ...leavesOf(field.value)];
  }
}
