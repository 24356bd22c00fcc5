/** What is known of a value before there is one. */
export interface StaticType {
  readonly kind: Kind;
  /** Of a list, where all its items are of one type. */
  readonly item?: StaticType;
  /** Of an object whose names are known. */
  readonly fields?: ReadonlyMap<string, { readonly type: StaticType; readonly start: number }>;
}

export type Kind = 'any' | 'text' | 'number' | 'boolean' | 'date' | 'null' | 'list' | 'object';

export const ANY: StaticType = { kind: 'any' };
export const TEXT: StaticType = { kind: 'text' };
export const NUMBER: StaticType = { kind: 'number' };
export const BOOLEAN: StaticType = { kind: 'boolean' };
export const DATE: StaticType = { kind: 'date' };
export const NULL: StaticType = { kind: 'null' };
export const OBJECT: StaticType = { kind: 'object' };
/** A list whose items are of a type. */
export const listOf = (item: StaticType): StaticType => ({ kind: 'list', item });

/** The type of what is one of several: theirs, where it is the same. */
export function oneOf(types: readonly StaticType[]): StaticType {
  const [first, ...others] = types.filter(({ kind }) => kind !== 'null');
  if (!first) return NULL;
  if (others.some(({ kind }) => kind !== first.kind)) return ANY;
  if (others.length === 0) return first;
  return first.kind === 'list'
    ? listOf(oneOf([first, ...others].map(({ item }) => item ?? ANY)))
    : { kind: first.kind };
}

/** What a parameter takes. */
export type Wanted = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'object' | 'scalar' | 'any';

const TAKEN: Readonly<Record<Wanted, readonly Kind[]>> = {
  // Whoever wants a text gets what a cell would say.
  text: ['text', 'number', 'boolean', 'date'],
  scalar: ['text', 'number', 'boolean', 'date'],
  number: ['number'],
  boolean: ['boolean'],
  date: ['date', 'text', 'number'],
  list: ['list'],
  object: ['object'],
  any: ['text', 'number', 'boolean', 'date', 'list', 'object'],
};

/** Whether a value of the type may be what is wanted; a value that is not shows when it comes. */
export function mayBe({ kind }: StaticType, wanted: Wanted): boolean {
  // Texts that functions made of cells may well be numbers.
  if (kind === 'text' && wanted === 'number') return true;
  return kind === 'any' || kind === 'null' || TAKEN[wanted].includes(kind);
}

const NAMES: Readonly<Record<Kind | Wanted, string>> = {
  any: 'any value',
  text: 'text',
  scalar: 'text, a number, true or false, or a date',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date',
  null: 'null',
  list: 'a list',
  object: 'an object',
};

/** A type in words. */
export const nameOfType = (kind: Kind | Wanted): string => NAMES[kind];
