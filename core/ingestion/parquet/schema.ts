import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { MAX_DEPTH } from '#core/record/record.ts';
import { expectThat } from './parse-error.ts';
import { type Convert, converterOf, rejectKind } from './values.ts';

/** A column of values. */
export interface Leaf {
  /** Its place among the columns of a row group. */
  readonly index: number;
  /** As the footer writes it for a column of a row group. */
  readonly path: string;
  readonly type: NonNullable<SchemaElement['type']>;
  /** Bytes of a value of FIXED_LEN_BYTE_ARRAY. */
  readonly length: number | undefined;
  readonly convert: Convert;
  /** Of a text, or of bytes; longer ones become values that can't be accepted. */
  readonly maxBytes: number;
  /** The level of a value that is not null; how many of the fields on its path may be absent. */
  readonly definition: number;
  /** How many lists it is in. */
  readonly repetition: number;
}

/** What rows are made of. `definition` is the level from which on a field is there. */
export type Field =
  | { readonly kind: 'value'; readonly leaf: Leaf }
  | { readonly kind: 'struct'; readonly definition: number; readonly fields: readonly NamedField[] }
  | { readonly kind: 'list'; readonly definition: number; readonly repetition: number; readonly item: Field }
  | {
      readonly kind: 'map';
      readonly definition: number;
      readonly repetition: number;
      readonly key: Field;
      readonly value: Field;
    };
export interface NamedField {
  readonly name: string;
  readonly field: Field;
}

export interface ParquetSchema {
  readonly fields: readonly NamedField[];
  readonly leaves: readonly Leaf[];
  /** Whether values can have keys or a depth that the schema does not tell. */
  readonly isOpen: boolean;
}

const SEPARATOR = '\u0000';
/** The names that lead to a column as one text; names hold anything but NUL. */
export const pathOf = (names: readonly string[]): string => names.join(SEPARATOR);

/** Works out once what rows are made of. @param maxBytes of a text @throws ParquetFlaw */
export function readSchema(metadata: FileMetaData, maxBytes: number): ParquetSchema {
  const leaves: Leaf[] = [];
  let isOpen = false;
  const visit = (node: SchemaTree, level: Levels): Field => {
    const { element } = node;
    expectThat(level.depth <= 2 * MAX_DEPTH + 2, 'its columns are nested too deeply');
    const inside: Levels = { ...level, depth: level.depth + 1 };
    if (level.depth > MAX_DEPTH) isOpen = true;
    if (element.repetition_type !== 'REQUIRED') inside.definition++;
    if (element.repetition_type === 'REPEATED') {
      inside.repetition++;
      // A list without a list around it, as before there were lists.
      return { kind: 'list', ...levelsOf(inside), item: content(node, inside) };
    }
    return content(node, inside);
  };
  /** What is in a field, given that it is there. */
  const content = (node: SchemaTree, level: Levels): Field => {
    const { element, children } = node;
    rejectKind(element);
    if (children.length === 0) return { kind: 'value', leaf: leaf(node, level) };
    const repeated = repeatedIn(children);
    const kind = element.converted_type ?? element.logical_type?.type;
    if (repeated && kind === 'LIST') return list(repeated, element.name, level);
    const isMap = kind === 'MAP' || kind === 'MAP_KEY_VALUE';
    if (isMap && repeated?.children.length === 2) return map(repeated.children, level);
    return { kind: 'struct', definition: level.definition, fields: named(children, level) };
  };
  const list = (repeated: SchemaTree, name: string, level: Levels): Field => {
    const inside = { definition: level.definition + 1, repetition: level.repetition + 1, depth: level.depth };
    const item = isWrapper(repeated, name) ? visit(repeated.children[0]!, inside) : content(repeated, inside);
    return { kind: 'list', ...levelsOf(inside), item };
  };
  const map = (entry: readonly SchemaTree[], level: Levels): Field => {
    isOpen = true;
    const inside = { definition: level.definition + 1, repetition: level.repetition + 1, depth: level.depth + 1 };
    const [key, value] = entry.map((child) => visit(child, inside));
    return { kind: 'map', ...levelsOf(inside), key: key!, value: value! };
  };
  const named = (children: readonly SchemaTree[], level: Levels): NamedField[] => {
    const fields = children.map((child) => ({ name: child.element.name, field: visit(child, level) }));
    expectThat(new Set(fields.map(({ name }) => name)).size === fields.length, 'two of its columns have the same name');
    return fields;
  };
  const leaf = ({ element, path }: SchemaTree, level: Levels): Leaf => {
    const { type, type_length: length, converted_type: converted, logical_type: logical } = element;
    expectThat(type !== undefined, 'a column has no type');
    if (converted === 'JSON' || logical?.type === 'JSON') isOpen = true;
    const one = {
      index: leaves.length,
      path: pathOf(path),
      type,
      length,
      convert: converterOf(element),
      maxBytes,
      ...levelsOf(level),
    };
    leaves.push(one);
    return one;
  };
  const tree = parquetSchema(metadata);
  expectThat(tree.children.length > 0, 'it has no columns');
  return { fields: named(tree.children, { definition: 0, repetition: 0, depth: 0 }), leaves, isOpen };
}

/** The only child, if it may be there several times. */
const repeatedIn = ([child, ...others]: readonly SchemaTree[]): SchemaTree | undefined =>
  others.length === 0 && child?.element.repetition_type === 'REPEATED' ? child : undefined;

interface Levels {
  definition: number;
  repetition: number;
  depth: number;
}

const levelsOf = ({ definition, repetition }: Levels) => ({ definition, repetition });

/** Whether the repeated field of a list only wraps its items, by the rules of the specification for old writers. */
const isWrapper = ({ element, children }: SchemaTree, list: string): boolean =>
  children.length === 1 &&
  (children[0]!.element.repetition_type === 'REPEATED'
    ? false
    : element.name !== 'array' && element.name !== `${list}_tuple`);
