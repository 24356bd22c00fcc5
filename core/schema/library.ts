import stringify from 'safe-stable-stringify';

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
  readonly #byPath = new Map<string, SchemaFile>();

  constructor(files: Iterable<SchemaFile>) {
    for (const file of files) this.add(file);
  }

  add(file: SchemaFile): void {
    this.#byPath.set(file.path, file);
    for (const resource of resourcesOf(file)) {
      if (resource.base === undefined) continue;
      const known = this.#byId.get(resource.base) ?? [];
      this.#byId.set(resource.base, [...known, resource]);
    }
  }

  ids(): Iterable<string> {
    return this.#byId.keys();
  }

  file(path: string): SchemaFile | undefined {
    return this.#byPath.get(path);
  }

  /** All that have this identifier. Files that say the very same are one. */
  withId(id: string): readonly Resource[] {
    const all = this.#byId.get(id) ?? [];
    if (all.length < 2) return all;
    const distinct = new Map(all.map((resource) => [stringify(resource.node), resource]));
    return distinct.size === 1 ? all.slice(0, 1) : all;
  }

  /** What a reference without its fragment leads to: an identifier as it is written, or relative; else a file beside. */
  find(reference: string, from: Resource): readonly Resource[] {
    const literal = this.withId(reference);
    const absolute = from.base === undefined ? undefined : resolveUri(reference, from.base);
    const found = literal.length > 0 || absolute === undefined ? literal : this.withId(absolute);
    // What refers to itself by its identifier means itself, whoever else uses it.
    const own = found.find(({ file, node }) => file === from.file && node === file.document);
    if (own) return [own];
    if (found.length > 0) return found;
    const beside = this.#byPath.get(pathBeside(reference, from.file.path));
    return beside ? [rootOf(beside)] : [];
  }
}

/** A file as a whole. */
export function rootOf(file: SchemaFile): Resource {
  return { file, pointer: '', node: file.document, base: idOf(file.document) };
}

/** The identifier of a schema; `id` was its name in draft 4. */
export function idOf(node: unknown): string | undefined {
  if (!isObject(node)) return undefined;
  const { $id, id } = node;
  const text = typeof $id === 'string' ? $id : typeof id === 'string' ? id : undefined;
  return text === undefined || text.startsWith('#') ? undefined : text.replace(/#$/, '');
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

/** One step of a JSON pointer. */
export const pointerStep = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Values that are data, whatever they look like. */
const DATA = new Set(['examples', 'default', 'const', 'enum']);
/** A schema nested deeper than this is refused. */
export const MAX_SCHEMA_DEPTH = 128;

function* resourcesOf(file: SchemaFile): Generator<Resource> {
  const root = rootOf(file);
  yield root;
  const walk = function* (
    value: unknown,
    pointer: string,
    base: string | undefined,
    depth: number,
  ): Generator<Resource> {
    if (typeof value !== 'object' || value === null || depth > MAX_SCHEMA_DEPTH) return;
    let here = base;
    if (pointer !== '' && isObject(value) && typeof value.$id === 'string') {
      const id = idOf(value);
      here = id === undefined ? base : base === undefined ? id : (resolveUri(id, base) ?? id);
      if (value.$id.startsWith('#')) {
        yield { file, pointer, node: value, base: `${base ?? ''}${value.$id}` };
      } else yield { file, pointer, node: value, base: here };
    }
    for (const [key, inside] of Object.entries(value)) {
      if (!DATA.has(key)) yield* walk(inside, pointer + pointerStep(key), here, depth + 1);
    }
  };
  yield* walk(file.document, '', root.base, 0);
}
