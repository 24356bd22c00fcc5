import { isObject } from '#core/util/is-object.ts';
import { mapSchemasOf, SCHEMA_LISTS } from './keywords.ts';
import { MAX_SCHEMA_DEPTH } from './library.ts';

type Node = Readonly<Record<string, unknown>>;

/** Every schema of the repository refers to it, to allow names with a prefix; names of records have none here. */
const EXTENSIBLE = 'https://ns.adobe.com/xdm/common/extensible';
/** Says nothing about records, and much at that. */
const ANNOTATIONS = /^(meta:(license|titleId|descriptionId|enum|status)|examples|\$schema|\$comment)$/;

/**
 * A schema of the XDM repository with the names that records have in a platform: `xdm:person` is `person`, `@id` is
 * `_id`, `repo:createDate` is `createDate` in `_repo`, and an address as a name is a path as well
 * (`https://ns.adobe.com/experience/x` is `x` in `_experience`). Other names stay as they are.
 * @param lean leaves out what says nothing about records
 */
export function withRecordNames(schema: unknown, { lean = false } = {}, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_SCHEMA_DEPTH) return schema;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (lean && ANNOTATIONS.test(key)) continue;
    const needed =
      SCHEMA_LISTS.has(key) && Array.isArray(value) ? value.filter((member) => !isExtensible(member)) : value;
    result[key] = mapSchemasOf(key, needed, (node) => withRecordNames(node, { lean }, depth + 1));
  }
  if (Array.isArray(result.allOf) && result.allOf.length === 0) delete result.allOf;
  return isExtensible(result) ? {} : renamed(result);
}

const isExtensible = (node: unknown): boolean =>
  isObject(node) && typeof node.$ref === 'string' && node.$ref.split('#')[0] === EXTENSIBLE;

function renamed(node: Record<string, unknown>): Node {
  const required = Array.isArray(node.required) ? node.required.map(String) : [];
  const named = isObject(node.properties) ? Object.entries(node.properties) : [];
  if (![...required, ...named.map(([name]) => name)].some(isQualified)) return node;
  const root = new Tree();
  for (const [name, schema] of named) root.put(pathOf(name), schema);
  for (const name of required) root.need(pathOf(name));
  const { properties, required: needed } = root.asNode();
  return {
    ...node,
    ...(node.properties !== undefined || Object.keys(properties).length > 0 ? { properties } : {}),
    ...(needed.length > 0 ? { required: needed } : {}),
  };
}

/** Fields by their paths. */
class Tree {
  /** What else is said of the object. */
  #rest: Readonly<Record<string, unknown>> = { type: 'object' };
  readonly #properties = new Map<string, unknown>();
  readonly #required = new Set<string>();

  put([name, ...rest]: readonly string[], schema: unknown): void {
    if (rest.length > 0) this.#below(name!).put(rest, schema);
    else if (this.#properties.get(name!) instanceof Tree) this.#below(name!).#merge(schema);
    else this.#properties.set(name!, schema);
  }

  need([name, ...rest]: readonly string[]): void {
    if (rest.length > 0) this.#below(name!).need(rest);
    this.#required.add(name!);
  }

  #below(name: string): Tree {
    const own = this.#properties.get(name);
    if (own instanceof Tree) return own;
    const tree = new Tree();
    tree.#merge(own);
    this.#properties.set(name, tree);
    return tree;
  }

  /** What another name says of the same object. */
  #merge(schema: unknown): void {
    if (!isObject(schema)) return;
    const { properties, required, ...rest } = schema;
    this.#rest = { ...this.#rest, ...rest };
    for (const [name, own] of isObject(properties) ? Object.entries(properties) : []) this.put([name], own);
    for (const name of Array.isArray(required) ? required : []) this.#required.add(String(name));
  }

  asNode(): { properties: Record<string, unknown>; required: string[] } {
    const members = [...this.#properties].map(([name, own]) => [name, own instanceof Tree ? own.asNode() : own]);
    return { ...this.#rest, properties: Object.fromEntries(members), required: [...this.#required] };
  }
}

const isQualified = (name: string): boolean => name === '@id' || name === '@type' || name.includes(':');

function pathOf(name: string): readonly string[] {
  if (name === '@id') return ['_id'];
  if (name === '@type') return ['_type'];
  if (!name.includes(':')) return [name];
  const local = name
    .replace(/^https?:\/\//, '')
    .replace(/^ns\.adobe\.com\/(xdm\/(data\/metrics\/)?)?/, '')
    .replace(/^xdm:/, '');
  const [first, ...rest] = local.split(/[/:.]/).filter(Boolean).map(camelCase);
  return first === undefined ? [name] : rest.length === 0 ? [first] : [`_${first}`, ...rest];
}

const camelCase = (text: string): string =>
  text.replace(/-+[a-zA-Z0-9]?/g, (dashes) => (dashes.endsWith('-') ? dashes : dashes.at(-1)!.toUpperCase()));
