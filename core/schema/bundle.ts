import { isObject } from '#core/util/is-object.ts';
import { pointerStep } from '#core/util/pointer.ts';
import { integerRange } from './integer-range.ts';
import { PLAIN_KEYWORDS, SCHEMA_LISTS, SCHEMA_MAPS, SINGLE_SCHEMAS } from './keywords.ts';
import {
  idOf,
  MAX_SCHEMA_DEPTH,
  type Resource,
  SchemaError,
  type SchemaLibrary,
  type SchemaProblem,
} from './library.ts';
import { checkPattern } from './linear-regexp.ts';
import { enter, inside, type Place } from './place.ts';

export type SchemaNode = boolean | Readonly<Record<string, unknown>>;

/**
 * A schema and all it refers to, nothing else: one node for each thing that is referred to. A node has only keywords
 * that have a say in validation, and its references are keys of other nodes.
 */
export interface Bundle {
  readonly root: string;
  readonly nodes: ReadonlyMap<string, SchemaNode>;
  /** Where each node was written. */
  readonly places: ReadonlyMap<string, SchemaPlace>;
  /** References that lead nowhere, where these are let be. */
  readonly dangling: readonly SchemaProblem[];
}

export type SchemaPlace = Pick<SchemaProblem, 'file' | 'pointer'>;

export interface BundleOptions {
  /** Whether `meta:xdmType` bounds whole numbers (aep.md §1.1); the files of the XDM repository do not mean it so. */
  readonly boundIntegers?: boolean;
  /** Whether references may lead nowhere: what has a value there is rejected, all else is looked at. */
  readonly letUnresolvedBe?: boolean;
}

/** Where a large list of allowed values is kept: compared by a look-up, not one by one. */
export const LARGE_ENUM = 'largeEnum';
/** Where a reference leads nowhere: the reference. */
export const UNRESOLVED = 'unresolvedReference';
/** Keywords with schemas that apply where they stand; definitions do only where they are referred to. */
const HOLDS_SCHEMAS = new Set([...SCHEMA_MAPS, ...SCHEMA_LISTS, ...SINGLE_SCHEMAS]);
for (const key of ['definitions', '$defs']) HOLDS_SCHEMAS.delete(key);
const LARGE = 64;
/** Under these stand schemas that are asked by themselves whether a value fits, as those of `anyOf` and `oneOf` are. */
const ASKED = new Set(['contains', 'if', 'unevaluatedProperties', 'unevaluatedItems']);
const MAX_NODES = 50_000;
const MAX_PROBLEMS = 50;
/** Files that one message names. */
const MAX_PATHS = 10;

/**
 * Follows the references of a schema through a library.
 * @throws SchemaError naming each reference that leads nowhere or to several schemas, and each keyword that is not one
 * JSON Schema knows in this form, with file and pointer
 */
export function bundleSchema(library: SchemaLibrary, root: Resource, options: BundleOptions = {}): Bundle {
  return new Bundler(library, options).bundle(root);
}

class Bundler {
  readonly #library: SchemaLibrary;
  readonly #options: BundleOptions;
  readonly #keys = new Map<unknown, string>();
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #places = new Map<string, SchemaPlace>();
  readonly #waiting: Place[] = [];
  readonly #problems: SchemaProblem[] = [];
  readonly #dangling: SchemaProblem[] = [];

  constructor(library: SchemaLibrary, options: BundleOptions) {
    this.#library = library;
    this.#options = options;
  }

  bundle(root: Place): Bundle {
    const key = this.#keyOf(root);
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) {
      this.#nodes.set(this.#keys.get(next.node)!, this.#read(next.node, next, next.pointer, 0));
      if (this.#problems.length >= MAX_PROBLEMS) break;
    }
    if (this.#problems.length > 0) throw new SchemaError(this.#problems);
    return { root: key, nodes: this.#nodes, places: this.#places, dangling: this.#dangling };
  }

  /** The same thing has the same key, however it is referred to. */
  #keyOf(target: Place): string {
    const known = this.#keys.get(target.node);
    if (known !== undefined) return known;
    const key = `schema:${this.#keys.size}`;
    if (this.#keys.size >= MAX_NODES) this.#problem(target, target.pointer, 'the schema refers to too many others');
    else this.#waiting.push(target);
    // Booleans are equal to each other wherever they stand, and may share a key.
    this.#keys.set(target.node, key);
    this.#places.set(key, { file: target.file.path, pointer: target.pointer });
    return key;
  }

  #problem(resource: Place, pointer: string, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ file: resource.file.path, pointer, message });
  }

  #read(node: unknown, within: Place, pointer: string, depth: number): SchemaNode {
    if (typeof node === 'boolean') return node;
    if (!isObject(node)) {
      this.#problem(within, pointer, 'this is no schema; expected an object, true or false');
      return true;
    }
    if (depth > MAX_SCHEMA_DEPTH) {
      this.#problem(within, pointer, `the schema is nested deeper than ${MAX_SCHEMA_DEPTH} levels`);
      return true;
    }
    const resource = depth > 0 && idOf(node, within.file) !== undefined ? inside(node, within, pointer) : within;
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      const here = pointer + pointerStep(key);
      if (key === '$ref' || key === '$recursiveRef') this.#readReference(key, value, resource, here, result);
      else if (PLAIN_KEYWORDS.has(key)) this.#readPlain(key, value, node, resource, here, result);
      else if (HOLDS_SCHEMAS.has(key)) result[key] = this.#readSchemas(key, value, resource, here, depth);
    }
    if (this.#options.boundIntegers) Object.assign(result, integerRange(node));
    return result;
  }

  #readSchemas(key: string, value: unknown, resource: Place, pointer: string, depth: number): unknown {
    if (SCHEMA_MAPS.has(key)) return this.#readMap(key, value, resource, pointer, depth);
    const isItems = key === 'items' && Array.isArray(value);
    if (key === 'allOf' || isItems) return this.#readList(value, resource, pointer, depth);
    if (SCHEMA_LISTS.has(key)) return this.#readAlternatives(value, resource, pointer);
    const isRest = key === 'additionalProperties' && isObject(value);
    if (ASKED.has(key) || isRest) return this.#ownNode(value, resource, pointer);
    return this.#read(value, resource, pointer, depth + 1);
  }

  #readMap(key: string, value: unknown, resource: Place, pointer: string, depth: number): object {
    if (!isObject(value)) {
      this.#problem(resource, pointer, `"${key}" is no map of names to schemas`);
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, node]) => {
        if (key === 'patternProperties') this.#checkPattern(name, resource, pointer + pointerStep(name));
        const here = pointer + pointerStep(name);
        if (key === 'dependencies' && Array.isArray(node)) return [name, node];
        if (key === 'patternProperties' && isObject(node)) return [name, this.#ownNode(node, resource, here)];
        return [name, this.#read(node, resource, here, depth + 1)];
      }),
    );
  }

  #readList(value: unknown, resource: Place, pointer: string, depth: number): unknown[] {
    if (!Array.isArray(value) || value.length === 0) {
      this.#problem(resource, pointer, 'expected a list of schemas with at least one');
      return [true];
    }
    return value.map((node, i) => this.#read(node, resource, pointer + pointerStep(i), depth + 1));
  }

  /** Each is a node of its own, so that it can be asked by itself what it has against a value. */
  #readAlternatives(value: unknown, resource: Place, pointer: string): unknown[] {
    if (!Array.isArray(value) || value.length === 0) return this.#readList(value, resource, pointer, 0);
    return value.map((node, i) => this.#ownNode(node, resource, pointer + pointerStep(i)));
  }

  #ownNode(node: unknown, resource: Place, pointer: string): SchemaNode {
    return { $ref: this.#keyOf({ ...resource, node, pointer, document: resource.document ?? resource }) };
  }

  #readPlain(
    key: string,
    value: unknown,
    node: Readonly<Record<string, unknown>>,
    resource: Place,
    pointer: string,
    result: Record<string, unknown>,
  ): void {
    // Draft 4 says whether a limit is excluded; later drafts give the excluded limit.
    if ((key === 'exclusiveMinimum' || key === 'exclusiveMaximum') && typeof value === 'boolean') {
      const limit = key === 'exclusiveMinimum' ? node.minimum : node.maximum;
      if (value && typeof limit === 'number') result[key] = limit;
      return;
    }
    const { fits, expected } = PLAIN_KEYWORDS.get(key)!;
    if (!fits(value)) this.#problem(resource, pointer, `"${key}" has a value it can't have; expected ${expected}`);
    else if (key === 'pattern' && !this.#checkPattern(value as string, resource, pointer)) return;
    else if (key === 'enum' && (value as unknown[]).length > LARGE) result[LARGE_ENUM] = value;
    else result[key] = value;
  }

  #checkPattern(pattern: string, resource: Place, pointer: string): boolean {
    const parseError = checkPattern(pattern);
    if (parseError !== undefined) this.#problem(resource, pointer, parseError);
    return parseError === undefined;
  }

  #readReference(key: string, value: unknown, from: Place, pointer: string, result: Record<string, unknown>): void {
    if (typeof value !== 'string') {
      this.#problem(from, pointer, `"${key}" is no text`);
      return;
    }
    const hash = value.indexOf('#');
    const id = hash < 0 ? value : value.slice(0, hash);
    const fragment = hash < 0 ? '' : value.slice(hash + 1);
    const found = id === '' ? [from.document ?? from] : this.#library.find(id, from);
    const [first, ...others] = found;
    if (!first) {
      this.#leadsNowhere(value, from, pointer, `no schema has the $id "${id}"; add the file that does`, result);
      return;
    }
    if (others.length > 0) {
      const paths = found.slice(0, MAX_PATHS).map(({ file }) => file.path);
      const more = found.length > MAX_PATHS ? ', …' : '';
      const message = `several files have the $id "${id}" and differ: ${paths.join(', ')}${more}; keep one`;
      this.#problem(from, pointer, message);
      return;
    }
    const target = this.#enter(first, fragment);
    if (!target) {
      this.#leadsNowhere(value, from, pointer, `"${value}" leads nowhere in ${first.file.path}`, result);
    } else if (key === '$recursiveRef' && isObject(target.node) && target.node.$recursiveAnchor === true) {
      const message = '"$recursiveRef" to a schema with "$recursiveAnchor" is not understood; use "$ref"';
      this.#problem(from, pointer, message);
    } else result.$ref = this.#keyOf(target);
  }

  #leadsNowhere(
    reference: string,
    from: Place,
    pointer: string,
    message: string,
    result: Record<string, unknown>,
  ): void {
    if (!this.#options.letUnresolvedBe) this.#problem(from, pointer, message);
    else {
      this.#dangling.push({ file: from.file.path, pointer, message });
      result[UNRESOLVED] = reference;
    }
  }

  #enter(resource: Place, fragment: string): Place | undefined {
    if (fragment !== '' && !fragment.startsWith('/')) {
      const named = this.#library.withId(`${resource.base ?? ''}#${fragment}`);
      return resource.base === undefined ? named.find(({ file }) => file === resource.file) : named[0];
    }
    return enter(resource, fragment);
  }
}
