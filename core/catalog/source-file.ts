import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { CatalogProblem } from './problem.ts';
import { sourceOffset } from './scalar-positions.ts';

/** A catalog file is never larger than this (UTF-16 units). */
export const MAX_FILE_LENGTH = 1_048_576;
/** Nor nested deeper. */
export const MAX_FILE_DEPTH = 64;
/** Nor do its aliases make it hold more values than this. */
export const MAX_FILE_VALUES = 100_000;

/** Files of the public XDM repository are read as they are: as in any JSON, the last of two equal keys counts. */
const PUBLIC_SCHEMA = /\.schema\.json$/;

export type Path = readonly PropertyKey[];
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

/** What a YAML or JSON file says, and where it says it. */
export interface SourceFile {
  readonly path: string;
  /** Plain values; undefined when the file can't be read. Present in part when there are problems. */
  readonly value: unknown;
  readonly problems: readonly CatalogProblem[];
  /** Whether it is not even YAML: what can be read of it is not what was meant. */
  readonly broken: boolean;
  /** Where the value at a path begins; the nearest thing around it when there is none. */
  at(path: Path): FilePosition;
  /** Where the key of the value is written; the value itself for list items. */
  atKey(path: Path): FilePosition;
  /** Where a character of the text at a path is written. @param offset counted in the value, from 0 */
  within(path: Path, offset: number): FilePosition;
}

/**
 * Reads one file. JSON is read as the YAML it is. Never throws: what is wrong is in `problems`. Files that are too
 * large, too deep, or whose aliases multiply without end are rejected before they cost much.
 */
export function readSourceFile(path: string, text: string): SourceFile {
  if (text.length > MAX_FILE_LENGTH) {
    return unreadable(path, 'the file is larger than 1 MB', 'one definition per file');
  }
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const deep = tooDeepAt(text);
  const position = (offset: number): FilePosition => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (deep !== undefined) {
    const problem = { file: path, ...position(deep), message: `nested deeper than ${MAX_FILE_DEPTH} levels` };
    return { ...nowhere, path, value: undefined, problems: [problem] };
  }
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, version: '1.2' });
  const problems: CatalogProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    file: path,
    ...position(error.pos[0]),
    ...explainSyntax(error.code, error.message),
  }));
  const report = (node: Node | null | undefined, message: string, expected?: string): void => {
    problems.push({ file: path, ...position(node?.range?.[0] ?? 0), message, ...(expected && { expected }) });
  };
  const reader = new ValueReader(document, report, PUBLIC_SCHEMA.test(path));
  const root = document.contents;
  const value = isNode(root) ? reader.read(root, 0) : undefined;
  if (value === undefined && problems.length === 0) report(null, 'the file is empty');

  const find = (steps: Path): { node: Node | undefined; key: Node | undefined } => {
    let node: Node | undefined = isNode(root) ? reader.resolve(root) : undefined;
    let key: Node | undefined;
    for (const step of steps) {
      const next = child(node, step);
      if (!next) break;
      key = next.key;
      node = next.value ? reader.resolve(next.value) : node;
    }
    return { node, key };
  };
  const start = (node: Node | undefined): FilePosition => position(node?.range?.[0] ?? 0);
  return {
    path,
    value,
    problems,
    broken: document.errors.length > 0,
    at: (steps) => start(find(steps).node),
    atKey: (steps) => {
      const { node, key } = find(steps);
      return start(key ?? node);
    },
    within: (steps, offset) => {
      const { node } = find(steps);
      if (!isScalar(node) || typeof node.value !== 'string') return start(node);
      return position(sourceOffset(text, node as Scalar<string>, offset));
    },
  };
}

const FIRST: FilePosition = { line: 1, column: 1 };
const nowhere = { broken: true, at: () => FIRST, atKey: () => FIRST, within: () => FIRST };

function unreadable(path: string, message: string, expected: string): SourceFile {
  return { ...nowhere, path, value: undefined, problems: [{ file: path, ...FIRST, message, expected }] };
}

/** The offset at which the text is nested too deeply. The parser keeps a stack of its own, so this can't overflow. */
function tooDeepAt(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) void _;
    // Besides the collections that are open, the stack holds the document and at most one scalar.
    if (parser.stack.length > MAX_FILE_DEPTH + 2) return parser.offset - lexeme.length;
  }
  return undefined;
}

function explainSyntax(code: string, message: string): { message: string; expected?: string } {
  if (code === 'MULTIPLE_DOCS')
    return { message: 'a second document begins here', expected: 'one definition per file' };
  return { message: `not valid YAML: ${message.split('\n')[0]}` };
}

/** The entries of maps by their keys, of maps in which something was looked for. */
const entries = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function entriesOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = entries.get(map);
  if (known) return known;
  const found = new Map<string, Pair>();
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (name !== undefined && !found.has(name)) found.set(name, pair);
  }
  entries.set(map, found);
  return found;
}

function child(
  node: Node | undefined,
  step: PropertyKey,
): { key: Node | undefined; value: Node | undefined } | undefined {
  if (isMap(node)) {
    const pair = entriesOf(node).get(String(step));
    if (!pair) return undefined;
    return { key: pair.key as Node, value: isNode(pair.value) ? pair.value : undefined };
  }
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return isNode(item) ? { key: undefined, value: item } : undefined;
  }
  return undefined;
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Makes plain values of YAML nodes: what JSON could say, nothing else. */
class ValueReader {
  readonly #targets = new Map<Alias, Node>();
  readonly #report: (node: Node, message: string, expected?: string) => void;
  readonly #mayRepeatKeys: boolean;
  #values = 0;

  constructor(
    document: Document,
    report: (node: Node, message: string, expected?: string) => void,
    mayRepeatKeys: boolean,
  ) {
    this.#report = report;
    this.#mayRepeatKeys = mayRepeatKeys;
    const anchors = new Map<string, Node>();
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node)) {
          const target = anchors.get(node.source);
          if (target) this.#targets.set(node, target);
        } else if (node.anchor) anchors.set(node.anchor, node);
      },
    });
  }

  /** The node an alias stands for; any other node is itself. */
  resolve(node: Node): Node {
    return isAlias(node) ? (this.#targets.get(node) ?? node) : node;
  }

  read(written: Node, depth: number): unknown {
    this.#values += 1;
    if (this.#values > MAX_FILE_VALUES) {
      if (this.#values === MAX_FILE_VALUES + 1)
        this.#report(written, `the file holds more than ${MAX_FILE_VALUES} values`);
      return undefined;
    }
    if (depth > MAX_FILE_DEPTH) {
      this.#report(written, `aliases nest this deeper than ${MAX_FILE_DEPTH} levels`);
      this.#values = MAX_FILE_VALUES + 1;
      return undefined;
    }
    const node = this.resolve(written);
    if (isAlias(node)) {
      this.#report(node, `nothing is called "&${node.source}" above`, 'an alias of something written before it');
      return null;
    }
    const tag = 'tag' in node ? node.tag : undefined;
    if (tag && !PLAIN_TAGS.has(tag)) {
      this.#report(node, `the tag ${tag} has no meaning here`, 'plain text, numbers, lists and maps');
      return null;
    }
    if (isMap(node)) return this.#map(node.items, depth);
    if (isSeq(node)) {
      return node.items.map((item) => (isNode(item) ? (this.read(item, depth + 1) ?? null) : null));
    }
    return isScalar(node) ? this.#scalar(node) : undefined;
  }

  #map(items: readonly { key: unknown; value: unknown }[], depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const name = isNode(key) ? this.#key(this.resolve(key), result) : undefined;
      if (name !== undefined) result[name] = isNode(value) ? this.read(value, depth + 1) : null;
    }
    return result;
  }

  /** The name that a key gives, unless something is wrong with it. @param others what has a name already */
  #key(node: Node, others: Readonly<Record<string, unknown>>): string | undefined {
    if (!isScalar(node) || node.value === null || typeof node.value === 'object') {
      this.#report(node, 'this key is not text', 'a key that is text');
      return undefined;
    }
    const name = String(node.value);
    const isTwice = Object.hasOwn(others, name) && !this.#mayRepeatKeys;
    if (FORBIDDEN_KEYS.has(name)) this.#report(node, `the key "${name}" is not allowed`, 'another name');
    else if (isTwice) this.#report(node, `the key "${name}" is written twice`);
    else return name;
    return undefined;
  }

  #scalar(node: Scalar): unknown {
    const { value } = node;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.#report(node, 'this value is not one that JSON knows', 'text, a finite number, true, false or null');
    return null;
  }
}
