import stringify from 'safe-stable-stringify';
import { isObject } from '#core/util/is-object.ts';
import { pointerStep } from '#core/util/pointer.ts';
import { SCHEMA_LISTS, SCHEMA_MAPS, SINGLE_SCHEMAS } from './keywords.ts';

/** A schema file that was read, wherever it was. */
export interface SchemaFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly document: unknown;
}

/** A schema with an identifier of its own: a file, or a part of one that has an `$id`. */
export interface Resource {
  readonly file: SchemaFile;
  /** JSON pointer into the file. */
  readonly pointer: string;
  readonly node: unknown;
  /** What references inside are relative to; that of the file where it has none. */
  readonly base: string | undefined;
}

/** What is wrong with schemas, and where. */
export interface SchemaProblem {
  readonly file: string;
  readonly pointer: string;
  readonly message: string;
}

/** Schemas that can't be used, with everything that is wrong. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly problems: readonly SchemaProblem[];
  constructor(problems: readonly SchemaProblem[]) {
    super(problems.map(renderSchemaProblem).join('\n'));
    this.problems = problems;
  }
}

/** `file.json#/pointer  message` */
export const renderSchemaProblem = ({ file, pointer, message }: SchemaProblem): string =>
  `${file}#${pointer}  ${message}`;

/** Schema files by the identifiers and paths by which others name them. */
export class SchemaLibrary {
  readonly #byId = new Map<string, Resource[]>();
  /** What `withId` found for identifiers that several files have: to compare schemas costs what they are long. */
  readonly #byPath = new Map<string, SchemaFile>();
  /** Of identifiers that several have, those that differ. */
  readonly #distinct = new Map<string, readonly Resource[]>();

  constructor(files: Iterable<SchemaFile>) {
    for (const file of files) this.add(file);
  }

  add(file: SchemaFile): void {
    this.#byPath.set(file.path, file);
    for (const resource of resourcesOf(file)) {
      if (resource.base === undefined) continue;
      const known = this.#byId.get(resource.base);
      if (known) known.push(resource);
      else this.#byId.set(resource.base, [resource]);
      this.#distinct.delete(resource.base);
    }
  }

  ids(): Iterable<string> {
    return this.#byId.keys();
  }

  file(path: string): SchemaFile | undefined {
    return this.#byPath.get(path);
  }

  /** All that have this identifier. Files that say the very same are one; what was archived or replaced comes last. */
  withId(id: string): readonly Resource[] {
    const all = this.#byId.get(id) ?? [];
    if (all.length < 2) return all;
    const distinct = this.#distinct.get(id) ?? distinctOf(all);
    this.#distinct.set(id, distinct);
    return distinct;
  }

  /** What a reference without its fragment leads to: an identifier as it is written, or relative; else a file beside. */
  find(reference: string, from: Resource): readonly Resource[] {
    const absolute = from.base === undefined ? undefined : resolveUri(reference, from.base);
    const id = this.#byId.has(reference) || absolute === undefined ? reference : absolute;
    // What refers to itself by its identifier means itself, whoever else uses it.
    if (idOf(from.file.document, from.file) === id) return [rootOf(from.file)];
    const found = this.withId(id);
    if (found.length > 0) return found;
    const beside = this.#byPath.get(pathBeside(reference, from.file.path));
    return beside ? [rootOf(beside)] : [];
  }
}

function distinctOf(all: readonly Resource[]): readonly Resource[] {
  const active = all.filter(({ file }) => !isArchived(file.path));
  const candidates = active.length > 0 ? active : all;
  const distinct = new Set(candidates.map(({ node }) => stringify(node)));
  return distinct.size === 1 ? candidates.slice(0, 1) : candidates;
}

const ARCHIVED = /(^|\/)(archived|deprecated)\//;
/** Whether the schema repository keeps in this folder what is no longer of use, or was replaced. */
export const isArchived = (path: string): boolean => ARCHIVED.test(path);

const INSTANCE = /\.(?:example|invalid)[.-]?\d*\.json$/;
/** Whether a file is a record, which lie beside the schemas of the repository: some fit and some do not, numbered in several ways. */
export const isInstance = (path: string): boolean => INSTANCE.test(path);
const COPIES = /(^|\/)(docs|node_modules)\//;
/** Whether a file is a copy for reading, or not of the repository itself. */
export const isCopy = (path: string): boolean => COPIES.test(path);

/** A file as a whole. */
export function rootOf(file: SchemaFile): Resource {
  return { file, pointer: '', node: file.document, base: idOf(file.document, file) };
}

/** The identifier of a schema. */
export function idOf(node: unknown, file: SchemaFile): string | undefined {
  const text = isObject(node) ? node[idKeyword(file)] : undefined;
  return typeof text !== 'string' || text.startsWith('#') ? undefined : text.replace(/#$/, '');
}

/** In draft 4 it was called `id`. */
function idKeyword({ document }: SchemaFile): 'id' | '$id' {
  if (!isObject(document) || typeof document.$id === 'string') return '$id';
  const isDraft4 = typeof document.$schema === 'string' && document.$schema.includes('draft-04');
  return isDraft4 || typeof document.id === 'string' ? 'id' : '$id';
}

/** The name of a part in its file: an `$anchor`, or an `$id` that is a fragment, as drafts 4 to 7 have it. */
function anchorOf(node: Readonly<Record<string, unknown>>, file: SchemaFile): string | undefined {
  const id = node[idKeyword(file)];
  if (typeof id === 'string' && id.startsWith('#')) return id;
  return typeof node.$anchor === 'string' ? `#${node.$anchor}` : undefined;
}

/** A reference as it is meant where `base` is; undefined where the two make no address. */
export function resolveUri(reference: string, base: string): string | undefined {
  try {
    return new URL(reference, base).href;
  } catch {
    return undefined;
  }
}

function pathBeside(reference: string, path: string): string {
  const url = resolveUri(reference, `file:///${encodeURI(path)}`);
  return url === undefined ? reference : decodeURI(url.slice('file:///'.length));
}

/** A schema nested deeper than this is rejected. */
export const MAX_SCHEMA_DEPTH = 128;

/** A file and all in it that has a name. What is no schema (a value of an `enum`, an unknown keyword) has none. */
function* resourcesOf(file: SchemaFile): Generator<Resource> {
  const root = rootOf(file);
  yield root;
  yield* resourcesIn(file.document, { file, pointer: '', base: root.base }, 0);
}

function* resourcesIn(node: unknown, place: Omit<Resource, 'node'>, depth: number): Generator<Resource> {
  if (!isObject(node) || depth > MAX_SCHEMA_DEPTH) return;
  const { file, pointer, base } = place;
  const id = pointer === '' ? undefined : idOf(node, file);
  const here = id === undefined || base === undefined ? (id ?? base) : (resolveUri(id, base) ?? id);
  if (id !== undefined) yield { file, pointer, node, base: here };
  const anchor = anchorOf(node, file);
  if (anchor !== undefined) yield { file, pointer, node, base: `${here ?? ''}${anchor}` };
  for (const [step, member] of membersOf(node)) {
    yield* resourcesIn(member, { file, pointer: pointer + step, base: here }, depth + 1);
  }
}

/** The schemas that stand directly in another, with the way to them. */
function* membersOf(node: Readonly<Record<string, unknown>>): Generator<readonly [step: string, member: unknown]> {
  for (const [key, value] of Object.entries(node)) {
    if (holdsMany(key, value)) {
      for (const [name, member] of Object.entries(value)) yield [pointerStep(key) + pointerStep(name), member];
    } else if (SINGLE_SCHEMAS.has(key)) yield [pointerStep(key), value];
  }
}

const holdsMany = (key: string, value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  (SCHEMA_MAPS.has(key) || SCHEMA_LISTS.has(key) || (SINGLE_SCHEMAS.has(key) && Array.isArray(value)));
