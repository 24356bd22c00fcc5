import { MAX_DEPTH, MAX_RECORD_BYTES, type Rejection } from '#core/record/record.ts';
import { pointerTo, reportedPointer } from '#core/util/pointer.ts';
import { isUnsafeKey } from '../text/decode-json.ts';
import type { Fields, Mapped } from './mapped.ts';

/** Whether names can lead to a field. */
export const isFieldPath = (path: readonly string[]): boolean =>
  path.length <= MAX_DEPTH && !path.some((name) => name === '' || isUnsafeKey(name));

/**
 * Puts a value where names lead to.
 * @returns false when something else is in the way
 */
export function put(target: Fields, path: readonly string[], value: unknown): boolean {
  const last = path.length - 1;
  if (last === 0) {
    const name = path[0]!;
    if (Object.hasOwn(target, name)) return false;
    target[name] = value;
    return true;
  }
  let fields = target;
  for (let i = 0; i < last; i++) {
    const name = path[i]!;
    if (!Object.hasOwn(fields, name)) fields[name] = {};
    const next = fields[name];
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return false;
    fields = next as Fields;
  }
  const name = path[last]!;
  if (Object.hasOwn(fields, name)) return false;
  fields[name] = value;
  return true;
}

/** Why nothing can be put there. */
export const noField = (path: readonly string[]): Rejection => ({
  code: 'mapping-failed',
  column: path.join('.'),
  message:
    'The name of a column or key leads to no field, or something else has filled it; rename it, or give a mapping',
  pointer: reportedPointer(pointerTo(path)),
  expected: 'names such as person.name.firstName, none of which is the beginning of another',
  found: 'a clash',
});

/** Why a record is rejected whose names and values together are nested too deeply. */
export const TOO_DEEP: Rejection = {
  code: 'too-deep',
  message: 'The dots in the names of the record and what they hold nest it too deeply',
  expected: `at most ${MAX_DEPTH} levels`,
  found: 'more levels',
};

/** What a mapping may make of one record. */
export class Extent {
  #left = MAX_CHARACTERS;

  /** @returns why a value can't stand so far below the record, or beside what stands there already */
  add(value: unknown, levels: number): Rejection | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    return this.#walk(value, levels);
  }

  #walk(value: unknown, levels: number): Rejection | undefined {
    this.#left -= typeof value === 'string' ? value.length + MARKS : MARKS;
    if (this.#left < 0) return TOO_LARGE;
    if (typeof value !== 'object' || value === null) return undefined;
    if (levels >= MAX_DEPTH) return TOO_DEEP;
    for (const key in value) {
      if (!Array.isArray(value)) this.#left -= key.length + MARKS;
      const rejection = this.#walk((value as Fields)[key], levels + 1);
      if (rejection) return rejection;
    }
    return undefined;
  }
}

/** Of lists and objects; a text is no longer than the record was. */
const MAX_CHARACTERS = 4 * MAX_RECORD_BYTES;
/** Quotes, brackets, a comma or a colon. */
const MARKS = 4;

const TOO_LARGE: Rejection = {
  code: 'too-large',
  message: 'The mapping makes too much of the record: it repeats large values, such as in each item of a list',
  expected: 'a record of at most 4 MB',
  found: 'a larger one',
};

const hasDot = (fields: Readonly<Fields>): boolean => {
  for (const name in fields) if (name.includes('.')) return true;
  return false;
};

/**
 * Names with dots at the head of a record, as tools that write tables have them, lead into nested fields:
 * `{"person.name.firstName": …}`. A name with a step that no field can have stays as it is.
 * @returns the very record where it has no such name
 */
export function nestFlatNames(record: Readonly<Fields>): Mapped {
  if (!hasDot(record)) return { value: record as Fields };
  const value: Fields = {};
  const flat: (readonly [readonly string[], unknown])[] = [];
  for (const name in record) {
    const path = name.includes('.') ? name.split('.') : undefined;
    if (path && isFieldPath(path)) flat.push([path, record[name]]);
    else value[name] = record[name];
  }
  const own = new Set<unknown>([value]);
  for (const [path, inside] of flat) {
    const rejection = nest(value, path, inside, own);
    if (rejection) return { rejection };
  }
  return { value };
}

/** @param own the objects that belong to the new record; others are shared with the old one, and copied first */
function nest(target: Fields, path: readonly string[], value: unknown, own: Set<unknown>): Rejection | undefined {
  const rejection = new Extent().add(value, path.length);
  if (rejection) return rejection;
  let fields = target;
  for (const name of path.slice(0, -1)) {
    // Where there is nothing yet, or null, which says as much.
    const next = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? {};
    if (typeof next !== 'object' || Array.isArray(next)) return noField(path);
    if (!own.has(next)) {
      fields[name] = { ...next };
      own.add(fields[name]);
    }
    fields = fields[name] as Fields;
  }
  const last = path.at(-1)!;
  if (Object.hasOwn(fields, last)) return noField(path);
  fields[last] = value;
  return undefined;
}
