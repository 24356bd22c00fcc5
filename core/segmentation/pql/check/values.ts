import { type FieldTree, lookUp } from '#core/schema/field-tree.ts';

/** What an expression gives, as far as schemas tell. */
export interface Value {
  /** What is below it; of a list, below its items. */
  readonly tree: FieldTree | 'open';
  readonly of: 'profiles' | 'events' | 'lookups';
  /** Of a record that is looked up: the `$id` of its schema. */
  readonly entity?: string;
  /** Where it was read; empty for what was not read but worked out. */
  readonly path: readonly string[];
  /** Set for what was worked out. */
  readonly kind?: Kind;
  /** It is a list. */
  readonly many: boolean;
}

export type Kind = 'text' | 'number' | 'boolean' | 'time' | 'duration' | 'object' | 'null';

export const UNKNOWN: Value = { tree: 'open', of: 'profiles', path: [], many: false };
/** A value that an expression works out: no field, so only its kind is known. @param many a list of them */
export const worked = (kind: Kind, many = false): Value => ({ ...UNKNOWN, kind, many });

const KINDS: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  object: 'object',
};

/** What a value is, or its items are; undefined where schemas don't say or allow several. */
export function kindOf({ tree, of, path, kind }: Value): Kind | undefined {
  if (kind !== undefined) return kind;
  if (of === 'events' && path.length === 1 && path[0] === 'timestamp') return 'time';
  if (tree === 'open') return undefined;
  const kinds = new Set([...tree.types].filter((type) => type !== 'array').map((type) => KINDS[type]));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

/** The field of a value; of a list, of all its items. Undefined where no schema has it. */
export function fieldOf(value: Value, name: string): Value | undefined {
  if (value.kind !== undefined) return { ...UNKNOWN, many: value.many };
  const found = lookUp(value.tree, [name]);
  return found.known ? named(value, name, found.tree) : undefined;
}

/** What schemas have in the place of a field that they don't have. */
export function namesBeside(value: Value, name: string): readonly string[] {
  const found = lookUp(value.tree, [name]);
  return found.known ? [] : found.names;
}

function named(value: Value, name: string, tree: FieldTree | 'open'): Value {
  const isList = tree !== 'open' && tree.types.has('array');
  return {
    tree: isList ? (tree.items() ?? 'open') : tree,
    of: value.of,
    ...(value.entity !== undefined && { entity: value.entity }),
    path: [...value.path, name],
    many: value.many || isList,
  };
}

/** What groups and maps that were worked out hold is not followed. */
export const itemOf = (value: Value): Value => (value.kind === 'object' ? UNKNOWN : { ...value, many: false });
/** A list of such values. */
export const listOf = (item: Value): Value => ({ ...item, many: true });

/** A value in words: `"loyalty.tier"`, or what it is. */
export const nameOf = (value: Value): string =>
  value.path.length > 0 && value.kind === undefined ? `"${value.path.join('.')}"` : 'it';

const WORDS: Readonly<Record<Kind, readonly [string, string]>> = {
  text: ['a text', 'texts'],
  number: ['a number', 'numbers'],
  boolean: ['true or false', 'true or false'],
  time: ['a time', 'times'],
  duration: ['a length of time', 'lengths of time'],
  object: ['an object', 'objects'],
  null: ['null', 'null'],
};

/** What a value is, in words: `a list of texts`. */
export function wordsFor(value: Value): string {
  const kind = kindOf(value);
  if (value.many) return kind === undefined ? 'a list' : `a list of ${WORDS[kind][1]}`;
  return kind === undefined ? 'something else' : WORDS[kind][0];
}
