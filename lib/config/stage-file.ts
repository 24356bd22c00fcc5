import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';

/** Something in the file of a stage, or in what the command line says over it, that has to be put right. */
export interface StageProblem {
  /** `stages/qa.yaml:3:12`, or `-c account=…`. */
  readonly where: string;
  readonly message: string;
}

/** The file of a stage as plain values, and where in it they are written. */
export interface StageFile {
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: readonly StageProblem[];
  /** Where the value at a path stands, or the nearest thing around it. */
  at(path: readonly PropertyKey[]): string;
  /** Where its key stands. */
  atKey(path: readonly PropertyKey[]): string;
}

/** @param name how the file is called in messages */
export function readStageFile(name: string, text: string): StageFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const placeOf = (node: Node | null | undefined): string => place(node?.range?.[0] ?? 0);
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    where: place(pos[0]),
    message: `not valid YAML: ${message.split('\n')[0]}`,
  }));
  const root = document.contents;
  const isEmpty = root === null || (isScalar(root) && root.value === null);
  if (problems.length === 0 && !isEmpty && !isMap(root)) {
    problems.push({ where: placeOf(root), message: 'expected settings, such as "removal: destroy", one a line' });
  }
  const find = (path: readonly PropertyKey[]): { key: Node | undefined; node: Node | undefined } => {
    let found: { key: Node | undefined; node: Node | undefined } = { key: undefined, node: root ?? undefined };
    for (const step of path) {
      const next = childOf(found.node, step);
      if (next === undefined) break;
      found = next;
    }
    return found;
  };
  return {
    value:
      problems.length === 0 && isMap(root) ? (document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>) : {},
    problems,
    at: (path) => placeOf(find(path).node),
    atKey: (path) => {
      const { key, node } = find(path);
      return placeOf(key ?? node);
    },
  };
}

function childOf(node: Node | undefined, step: PropertyKey): { key: Node | undefined; node: Node } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    if (pair === undefined) return undefined;
    const key = pair.key as Node;
    return { key, node: isNode(pair.value) ? pair.value : key };
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return isNode(item) ? { key: undefined, node: item } : undefined;
}

/** What the schema has against the settings, each with its place. @param value what was checked */
export function stageProblems(
  error: z.ZodError,
  value: unknown,
  placeOf: (path: readonly PropertyKey[], isKey: boolean) => string,
): StageProblem[] {
  return error.issues.flatMap((issue) => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        where: placeOf([...path, key], true),
        message: `there is no setting "${[...path, key].join('.')}"`,
      }));
    }
    const name = path.join('.') || 'this stage';
    if (issue.code === 'invalid_key') {
      return [{ where: placeOf(path, true), message: `${name}: expected ${issue.issues[0]?.message}` }];
    }
    const found = path.reduce<unknown>(
      (inside, step) => (inside as Record<PropertyKey, unknown> | undefined)?.[step],
      value,
    );
    if (issue.code === 'custom') return [{ where: placeOf(path, false), message: `${name}: ${issue.message}` }];
    const message = found === undefined ? 'is missing' : `is ${JSON.stringify(found)}`;
    return [{ where: placeOf(path, false), message: `${name} ${message}; expected ${expectedOf(issue)}` }];
  });
}

function expectedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length > 1 ? `one of ${issue.values.join(', ')}` : String(issue.values[0]);
    case 'invalid_union':
      return 'options' in issue ? `one of ${(issue.options as readonly string[]).join(', ')}` : issue.message;
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'settings with values',
  record: 'names with values',
};

const unitOf = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' of them' : '');
