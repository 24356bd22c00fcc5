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
  message: 'A map of the row has a value without a key; leave it out, or give it one',
  expected: 'a key for every value',
  found: 'null',
};

/**
 * Compiles a reader of rows, which puts the next values of the columns together (the assembly of Google's Dremel). What
 * is null is left out, also of lists and maps.
 * @throws ParquetFlaw when it is called, and the columns do not fit together
 */
export function rowReader(fields: readonly NamedField[], columns: readonly Column[]): () => BuiltRow {
  let rejection: Rejection | undefined;
  const good = (value: unknown, { leaf }: Column): unknown => {
    if (typeof value !== 'object' || !(value instanceof BadValue)) return value;
    rejection ??= { ...value.rejection, column: leaf.path.replaceAll('\u0000', '.') };
    return undefined;
  };

  const compile = (field: Field): Read => {
    const own = leavesOf(field).map((index) => columns[index]!);
    const first = own[0]!;
    const pass = (): void => {
      for (const column of own) column.next();
    };
    switch (field.kind) {
      case 'value':
        return () => good(first.next(), first);
      case 'struct': {
        const read = struct(field.fields.map(({ name, field: inside }) => [name, compile(inside)] as const));
        return () => (first.definition < field.definition ? pass() : read());
      }
      case 'list': {
        const read = compile(field.item);
        return () => {
          if (first.definition < field.definition) return absent(first.definition, field.definition, pass);
          const items: unknown[] = [];
          do {
            const item = read();
            if (item !== undefined) items.push(item);
          } while (first.goesOn(field.repetition));
          return items;
        };
      }
      case 'map': {
        const [key, value] = [compile(field.key), compile(field.value)];
        return () => {
          if (first.definition < field.definition) return absent(first.definition, field.definition, pass, {});
          const entries: Record<string, unknown> = {};
          do {
            const name = nameOf(key());
            const inside = value();
            if (name === undefined) rejection ??= NO_KEY;
            else if (isUnsafeKey(name)) rejection ??= RESERVED_KEY;
            else if (inside !== undefined) entries[name] = inside;
          } while (first.goesOn(field.repetition));
          return entries;
        };
      }
    }
  };

  const nested = columns.filter(({ leaf }) => leaf.repetition > 0 || !isTop(leaf.path));
  const readers = fields.map(({ name, field }) => {
    if (field.kind !== 'value') return [name, compile(field)] as const;
    const column = columns[field.leaf.index]!;
    return [name, (): unknown => good(column.nextFlat(), column)] as const;
  });
  const read = struct(readers);
  return () => {
    rejection = undefined;
    for (const column of nested) column.startRow();
    const value = read();
    for (const column of nested) column.endRow();
    return { value, rejection };
  };
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
