import { isObject } from '#core/util/is-object.ts';
import { fragmentSteps } from '#core/util/pointer.ts';
import type { SchemaDefinition } from './definition.ts';

/** A place in one schema, or in several taken together (the union schema, aep.md §1.1). */
export interface FieldTree {
  /** The tree below a field; `open` when the schemas say nothing about what may be there; undefined: no such field. */
  child(name: string): FieldTree | 'open' | undefined;
  /** The tree of the items, for a list. */
  items(): FieldTree | 'open' | undefined;
  /** JSON types; empty when the schemas don't say. */
  readonly types: ReadonlySet<string>;
  /** Names of the fields below. */
  readonly names: readonly string[];
  /** All that is said about this place. */
  readonly nodes: readonly Node[];
}

export type Node = Readonly<Record<string, unknown>>;

/** @param byId all schemas of the catalog, for `$ref` */
export function fieldTree(
  schemas: readonly SchemaDefinition[],
  byId: ReadonlyMap<string, SchemaDefinition>,
): FieldTree {
  return treeOf(
    schemas.map((schema) => ({ node: schema as Node, root: schema as Node })),
    byId,
  );
}

export interface Part {
  readonly node: Node;
  /** Where a local `$ref` starts. */
  readonly root: Node;
}

function treeOf(parts: readonly Part[], byId: ReadonlyMap<string, Node>): FieldTree {
  // Each once, also where several of the parts are put together from it: else there would be more at every level.
  const seen = new Set<Node>();
  const expanded = parts.flatMap((part) => expand(part, byId, seen));
  // A node that only points elsewhere, or only asks for fields (`required`), must not make the rest look open.
  const saying = expanded.filter(({ node }) => SAYINGS.some((key) => key in node));
  const all = saying.length > 0 ? saying : expanded;
  const types = new Set(all.flatMap(({ node }) => typesOf(node)));
  const names = [...new Set(all.flatMap(({ node }) => Object.keys(propertiesOf(node))))];
  let fields: Fields | undefined;
  return {
    types,
    names,
    nodes: expanded.map(({ node }) => node),
    child(name) {
      fields ??= new Fields(all);
      const { known, isOpen } = fields.below(name);
      if (known.length > 0) return treeOf(known, byId);
      return isOpen || all.length === 0 ? 'open' : undefined;
    },
    items() {
      const lists = all.filter(({ node }) => isObject(node.items));
      if (lists.length > 0)
        return treeOf(
          lists.map(({ node, root }) => ({ node: node.items as Node, root })),
          byId,
        );
      return types.size === 0 || types.has('array') ? 'open' : undefined;
    },
  };
}

/** What several schemas say of the fields of one value, each field without going through all of them. */
class Fields {
  readonly #all: readonly Part[];
  /** Where in the list the schemas are that name a field. */
  readonly #naming = new Map<string, number[]>();
  /** Where those are that have a schema for what they do not name. */
  readonly #others: number[] = [];
  /** Whether one lets anything be what it does not name: what it does name is known, or may be anything too. */
  readonly #isOpen: boolean;

  constructor(all: readonly Part[]) {
    this.#all = all;
    this.#isOpen = all.some(({ node }) => !isObject(node.additionalProperties) && isOpen(node));
    for (const [i, { node }] of all.entries()) {
      if (isObject(node.additionalProperties)) this.#others.push(i);
      for (const name of Object.keys(propertiesOf(node))) {
        const naming = this.#naming.get(name);
        if (naming) naming.push(i);
        else this.#naming.set(name, [i]);
      }
    }
  }

  /** @returns the schemas of a field, in the order of those that have them, and whether it may be anything for some */
  below(name: string): { readonly known: readonly Part[]; readonly isOpen: boolean } {
    const naming = this.#naming.get(name) ?? [];
    const concerned = this.#others.length === 0 ? naming : [...new Set([...naming, ...this.#others])].sort(byNumber);
    const below = concerned.map((i) => partBelow(this.#all[i]!, name));
    return {
      known: below.filter((part) => part !== 'open' && part !== undefined),
      isOpen: this.#isOpen || below.includes('open'),
    };
  }
}

const byNumber = (x: number, y: number): number => x - y;

/** What a schema says of a field. */
function partBelow({ node, root }: Part, name: string): Part | 'open' | undefined {
  const properties = propertiesOf(node);
  const { additionalProperties } = node;
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (isObject(property)) return { node: property, root };
  if (property === true) return 'open';
  if (isObject(additionalProperties)) return { node: additionalProperties, root };
  return isOpen(node) ? 'open' : undefined;
}

/** Nothing is known of what lies below: more is allowed in so many words, or no field of it is listed. */
function isOpen(node: Node): boolean {
  if (node.additionalProperties === true) return true;
  if (node.additionalProperties === false || Object.keys(propertiesOf(node)).length > 0) return false;
  // What it is put together from says more.
  if (COMPOSING.some((key) => key in node)) return false;
  const types = typesOf(node);
  return types.length === 0 || types.includes('object');
}

const COMPOSING = ['$ref', 'allOf', 'anyOf', 'oneOf'];

function propertiesOf(node: Node): Readonly<Record<string, unknown>> {
  return isObject(node.properties) ? node.properties : {};
}

function typesOf(node: Node): string[] {
  const { type } = node;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((name): name is string => typeof name === 'string');
  if (isObject(node.properties)) return ['object'];
  const values = Array.isArray(node.enum) ? node.enum : 'const' in node ? [node.const] : [];
  return values.length > 0 && values.every((value) => typeof value === 'string') ? ['string'] : [];
}

/** A schema and the schemas it is put together from, each once. */
function expand({ node, root }: Part, byId: ReadonlyMap<string, Node>, seen: Set<Node>): Part[] {
  if (seen.has(node)) return [];
  seen.add(node);
  const parts: Part[] = [];
  const { $ref } = node;
  if (typeof $ref === 'string') {
    const target = follow($ref, root, byId);
    if (target) parts.push(...expand(target, byId, seen));
  }
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const members = node[key];
    if (!Array.isArray(members)) continue;
    for (const member of members) if (isObject(member)) parts.push(...expand({ node: member, root }, byId, seen));
  }
  return [{ node, root }, ...parts];
}

const SAYINGS = ['properties', 'additionalProperties', 'type', 'items', 'enum', 'const'];

/** What a `$ref` leads to. @param root the schema it stands in */
export function follow(reference: string, root: Node, byId: ReadonlyMap<string, Node>): Part | undefined {
  const hash = reference.indexOf('#');
  const id = hash < 0 ? reference : reference.slice(0, hash);
  const start = id === '' ? root : byId.get(id);
  if (!start) return undefined;
  let node: unknown = start;
  for (const step of fragmentSteps(hash < 0 ? '' : reference.slice(hash + 1))) {
    node = isObject(node) && Object.hasOwn(node, step) ? node[step] : undefined;
  }
  return isObject(node) ? { node, root: start } : undefined;
}

export type Lookup =
  | { readonly known: true; readonly tree: FieldTree | 'open'; readonly inList: boolean }
  | { readonly known: false; readonly missing: string; readonly names: readonly string[] };

/** Follows a path of names from a tree; lists are entered by themselves. */
export function lookUp(tree: FieldTree | 'open', steps: readonly string[]): Lookup {
  let here: FieldTree | 'open' = tree;
  let inList = false;
  for (const [i, step] of steps.entries()) {
    if (here === 'open') break;
    const listed: FieldTree | 'open' | undefined = here.types.has('array') ? here.items() : undefined;
    if (listed !== undefined) inList = true;
    const holder: FieldTree | 'open' = listed ?? here;
    if (holder === 'open') return { known: true, tree: 'open', inList };
    const next = holder.child(step);
    if (next === undefined) return { known: false, missing: steps.slice(0, i + 1).join('.'), names: holder.names };
    here = next;
  }
  return { known: true, tree: here, inList };
}
