import { isObject } from '#core/util/is-object.ts';
import { isUnsafeKey } from '../text/decode-json.ts';
import { type Fields, Rejected, typeName } from './mapped.ts';

/** One step of a source path: names that follow one another, one item of a list, or each of its items. */
export type SourceStep = { readonly names: readonly string[] } | { readonly index: number } | { readonly each: true };

/** Where a rule reads: a column or key of just this name, or the place that the steps lead to. */
export interface SourcePath {
  readonly text: string;
  /** Absent where the text can only be the name of a column or key. */
  readonly steps?: readonly SourceStep[];
}

/** Steps as they are written. */
export const textOfSteps = (steps: readonly SourceStep[]): string =>
  steps
    .map((step, i) =>
      'names' in step ? `${i > 0 ? '.' : ''}${step.names.join('.')}` : `[${'index' in step ? step.index : '*'}]`,
    )
    .join('');

const MAX_STEPS = 32;
const BRACKETS = /\[(?:\*|\d{1,6})\]/g;

/**
 * `email`, `person.name`, `items[0].price`, `items[*].sku`; whatever else is written is the name of a column.
 * @returns a path that {@link objectReader} follows
 */
export function parseSourcePath(text: string): SourcePath {
  const steps = stepsOf(text);
  return steps ? { text, steps } : { text };
}

function stepsOf(text: string): readonly SourceStep[] | undefined {
  const steps: SourceStep[] = [];
  let at = 0;
  for (const match of text.matchAll(BRACKETS)) {
    if (!addNames(steps, text.slice(at, match.index))) return undefined;
    const inside = match[0].slice(1, -1);
    steps.push(inside === '*' ? { each: true } : { index: Number(inside) });
    at = match.index + match[0].length;
  }
  if (at < text.length && !addNames(steps, text.slice(at))) return undefined;
  return steps.length <= MAX_STEPS && 'names' in (steps[0] ?? {}) ? steps : undefined;
}

/** @returns false when it is no chain of names */
function addNames(steps: SourceStep[], text: string): boolean {
  if (text === '') return steps.length > 0;
  if (steps.length > 0 && !text.startsWith('.')) return false;
  const names = (steps.length > 0 ? text.slice(1) : text).split('.');
  if (names.length > MAX_STEPS || names.some((name) => name === '' || /[[\]]/.test(name) || isUnsafeKey(name)))
    return false;
  steps.push({ names });
  return true;
}

/** The names at the head of a record that belong to a path, whichever way it is written there. */
export function headNames({ text, steps }: SourcePath): readonly string[] {
  const [first] = steps ?? [];
  const names = first && 'names' in first ? first.names : [];
  return [text, ...names.map((_, i) => names.slice(0, i + 1).join('.'))];
}

/** A value, undefined where there is none, or {@link Rejected}. */
export type Read<S> = (source: S) => unknown;

/**
 * Compiles a reader of objects. Names with dots are found as one key, or nested, or partly so (`a.b` of `{"a.b": …}`,
 * `{"a": {"b": …}}`): a record in which several of these have a value is rejected.
 */
export function objectReader({ text, steps }: SourcePath): Read<Fields> {
  if (!steps) return ownReader(text);
  const [first, ...rest] = steps as [{ names: readonly string[] }, ...SourceStep[]];
  const read = rest.reduce<Read<Fields>>(followed, namesReader(first.names));
  // A list in brackets may also be the name of a key.
  return rest.length === 0 ? read : either([ownReader(text), read], text);
}

/** Compiles a reader of what steps lead to from any value. */
export const followSteps = (steps: readonly SourceStep[]): Read<unknown> =>
  steps.reduce(followed, (value: unknown) => value);

function followed<S>(read: Read<S>, step: SourceStep): Read<S> {
  if ('index' in step) return (source) => itemAt(read(source), step.index);
  if ('each' in step) return (source) => itemsOf(read(source));
  const below = namesReader(step.names);
  const readBelow = (value: unknown): unknown => (isRecord(value) ? below(value) : undefined);
  return (source) => {
    const value = read(source);
    return value instanceof Items ? value.map(readBelow) : value instanceof Rejected ? value : readBelow(value);
  };
}

/** The items of a list, of which what follows reads on. */
export class Items {
  readonly values: readonly unknown[];
  constructor(values: readonly unknown[]) {
    this.values = values;
  }

  map(read: (value: unknown) => unknown): Items | Rejected {
    const values: unknown[] = [];
    for (const value of this.values) {
      const inside = read(value);
      if (inside instanceof Rejected) return inside;
      values.push(inside);
    }
    return new Items(values);
  }
}

function itemAt(value: unknown, index: number): unknown {
  if (value === undefined || value === null || value instanceof Rejected) return value;
  if (value instanceof Items) return value.map((one) => itemAt(one, index));
  return Array.isArray(value) ? (value as unknown[])[index] : noList(value);
}

function itemsOf(value: unknown): unknown {
  if (value === undefined || value === null || value instanceof Rejected) return value;
  if (value instanceof Items) {
    const inside = value.map(itemsOf);
    if (inside instanceof Rejected) return inside;
    return new Items(inside.values.flatMap((one) => (one instanceof Items ? one.values : [one])));
  }
  return Array.isArray(value) ? new Items(value) : noList(value);
}

const noList = (value: unknown): Rejected =>
  new Rejected({
    code: 'mapping-failed',
    message: 'The mapping reads the items of a list where there is none',
    expected: 'a list',
    found: typeName(value),
  });

/** The names one below the other, the first of them also written together in one key. */
function namesReader(names: readonly string[]): Read<Fields> {
  const readers = names.map((_, i) => {
    const head = ownReader(names.slice(0, i + 1).join('.'));
    return names
      .slice(i + 1)
      .map(ownReader)
      .reduce<Read<Fields>>(below, head);
  });
  return readers.length === 1 ? readers[0]! : either(readers, names.join('.'));
}

const below =
  (read: Read<Fields>, own: Read<Fields>): Read<Fields> =>
  (source) => {
    const value = read(source);
    return isRecord(value) ? own(value) : undefined;
  };

function either(readers: readonly Read<Fields>[], name: string): Read<Fields> {
  const clash = new Rejected({
    code: 'mapping-failed',
    column: name,
    message: `"${name}" has a value twice: as one key, and nested; leave one of them out`,
    expected: 'one of the two',
    found: 'both',
  });
  return (source) => {
    let found: unknown;
    for (const read of readers) {
      const value = read(source);
      if (value === undefined) continue;
      if (found !== undefined && found !== null && value !== null) return clash;
      found = found ?? value;
    }
    return found;
  };
}

/** Reads what an object has itself and has not inherited. */
function ownReader(name: string): Read<Fields> {
  if (!(name in Object.prototype)) return (source) => source[name];
  return (source) => (Object.hasOwn(source, name) ? source[name] : undefined);
}

const isRecord = (value: unknown): value is Fields => isObject(value) && !(value instanceof Items);
