import type { z } from 'zod';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { knownKeys } from './known-keys.ts';
import type { CatalogProblem } from './problem.ts';
import type { Path, SourceFile } from './source-file.ts';

/** What a shape has against a value, each with the place in the file. */
export function problemsOfIssues(
  error: z.core.$ZodError,
  shape: z.core.$ZodType,
  file: SourceFile,
  base: Path,
): CatalogProblem[] {
  const whole = valueAt(file.value, base);
  return error.issues.flatMap((issue) => problemsOf(issue, shape, whole, file, base));
}

function problemsOf(
  issue: z.core.$ZodIssue,
  shape: z.core.$ZodType,
  whole: unknown,
  file: SourceFile,
  base: Path,
): CatalogProblem[] {
  const path = [...base, ...issue.path];
  const name = nameOf(issue.path);
  const value = valueAt(whole, issue.path);
  const at = (message: string, expected?: string, hint?: string): CatalogProblem[] => [
    { file: file.path, ...file.at(path), message, ...(expected && { expected }), ...(hint && { hint }) },
  ];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(shape, issue.path, whole);
    return issue.keys.map((key) => {
      const hint = didYouMean(key, known) ?? `the keys are ${known.join(', ')}`;
      return { file: file.path, ...file.atKey([...path, key]), message: `unknown key "${key}"`, hint };
    });
  }
  if (issue.code === 'invalid_union' && 'options' in issue) {
    return invalidChoice(value, issue.options as readonly string[]);
  }
  if (issue.code === 'invalid_union') {
    return bestOf(issue).flatMap((inner) => problemsOf(inner, shape, whole, file, base));
  }
  if (issue.code === 'invalid_value') return invalidChoice(value, issue.values.map(String));
  if (issue.code === 'invalid_key') {
    const reason = issue.issues[0]?.message ?? 'it is not a key that is allowed here';
    return [{ file: file.path, ...file.atKey(path), message: `the key ${name} is not right`, expected: reason }];
  }
  if (value === undefined && issue.code !== 'custom') return at(`${name} is missing`, expectedOf(issue));
  if (issue.code === 'custom') return at(issue.path.length > 0 ? `${name}: ${issue.message}` : issue.message);
  if (issue.code === 'invalid_type') return at(`${name} is ${kindOf(value)}`, expectedOf(issue));
  return at(`${name} is not right`, expectedOf(issue));

  function invalidChoice(found: unknown, options: readonly string[]): CatalogProblem[] {
    const expected = options.length > 1 ? `one of ${options.join(', ')}` : options[0];
    if (found === undefined) return at(`${name} is missing`, expected);
    if (typeof found !== 'string') return at(`${name} is ${kindOf(found)}`, expected);
    return at(`${name} is "${found}"`, expected, didYouMean(found, options));
  }
}

/** The member of the union that fits best speaks for it. */
function bestOf({ errors, path }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const best = [...errors].sort((x, y) => x.length - y.length)[0] ?? [];
  return best.map((inner) => ({ ...inner, path: [...path, ...inner.path] }) as z.core.$ZodIssue);
}

function expectedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_format':
      return formatOf(issue);
    default:
      return issue.message;
  }
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

function bound(origin: string, words: string, limit: number | bigint): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? (limit === 1 ? ' item' : ' items') : '';
  return `${words} ${limit}${unit}`;
}

function formatOf(issue: z.core.$ZodIssueInvalidStringFormat): string {
  const { format } = issue;
  if (format === 'url') return 'a URL that begins with http:// or https://';
  if (format === 'starts_with') return `text that begins with ${(issue as { prefix?: string }).prefix}`;
  if (format === 'includes') return `text with ${(issue as { includes?: string }).includes} in it`;
  return issue.message;
}

const nameOf = (path: Path): string =>
  path.length === 0
    ? 'this definition'
    : `"${path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`)).join('')}"`;

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'true or false' : 'a number';
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === 'object' && inside !== null ? (inside as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  );
}
