import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { ExpressionError } from '#core/ingestion/mapping/expression/error.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

/** An expression as a tree: what it is called, and what it is made of. */
interface Tree {
  readonly op: string;
  readonly args: readonly Tree[];
  readonly value?: unknown;
}
type Kind = 'text' | 'number' | 'boolean' | 'list' | 'any' | 'null';
type Value = string | number | boolean | null | readonly unknown[];
type Fields = Readonly<Record<string, Value>>;

const FIELDS = ['a', 'b', 'c', 'd'];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

const node = (op: string, ...args: readonly Tree[]): Tree => ({ op, args });
const literal = (value: unknown): Tree => ({ op: 'literal', args: [], value });
const field: fc.Arbitrary<Tree> = fc.constantFrom(...FIELDS).map((name) => ({ op: 'field', args: [], value: name }));

/** Trees whose types fit, as people write them. */
const { text, anything } = fc.letrec<Record<'text' | 'number' | 'boolean' | 'list' | 'anything', Tree>>((tie) => {
  const call = (op: string, ...args: fc.Arbitrary<Tree>[]): fc.Arbitrary<Tree> =>
    fc.tuple(...args).map((made) => node(op, ...(made as Tree[])));
  const several = (op: string, arg: fc.Arbitrary<Tree>, minLength: number): fc.Arbitrary<Tree> =>
    fc.array(arg, { minLength, maxLength: 3 }).map((args) => node(op, ...args));
  const index = fc.integer({ min: 0, max: 4 }).map(literal);
  const among = (...all: fc.Arbitrary<Tree>[]): fc.Arbitrary<Tree> => fc.oneof({ maxDepth: 4 }, ...all);
  const scalar = fc.oneof(tie('text'), tie('number'), tie('boolean'));
  const choice = (of: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> => call('iif', tie('boolean'), of, of);
  return {
    text: among(
      fc.oneof(field, fc.constantFrom('', ' A b ', 'ab', 'B', '7', 'yes', '😀x').map(literal)),
      several('concat', scalar, 1),
      call('lower', tie('text')),
      call('upper', tie('text')),
      call('trim', tie('text')),
      call('left', tie('text'), index),
      call('right', tie('text'), index),
      call('substring', tie('text'), index, index),
      call('replace', tie('text'), tie('text'), tie('text')),
      call('lpad', tie('text'), index, tie('text')),
      call('join', tie('text'), tie('list')),
      call('sha256', tie('text')),
      several('coalesce', tie('text'), 1),
      choice(tie('text')),
      call('decode', tie('text'), tie('text'), tie('text'), tie('text')),
      call('item', tie('list'), index),
    ),
    number: among(
      fc.oneof(field, fc.integer({ min: -9, max: 99 }).map(literal), fc.constantFrom(0.5, 2.25).map(literal)),
      call('length', tie('text')),
      call('size_of', tie('list')),
      call('to_integer', tie('text')),
      call('abs', tie('number')),
      call('negate', tie('number')),
      ...['+', '-', '*', '%'].map((op) => call(op, tie('number'), tie('number'))),
      choice(tie('number')),
    ),
    boolean: among(
      fc.oneof(field, fc.boolean().map(literal)),
      call('not', tie('boolean')),
      ...['and', 'or'].map((op) => call(op, tie('boolean'), tie('boolean'))),
      ...COMPARISONS.map((op) => call(op, scalar, scalar)),
      call('contains', tie('text'), tie('text')),
      call('equals', tie('text'), tie('text')),
      call('is_empty', fc.oneof(tie('text'), tie('list'))),
    ),
    list: among(
      several('list', scalar, 0),
      call('split', tie('text'), fc.constantFrom(' ', 'b', 'ab').map(literal)),
      call('to_array', fc.boolean().map(literal), scalar, scalar),
      call('join_arrays', tie('list'), tie('list')),
    ),
    anything: among(tie('text'), tie('number'), tie('boolean'), tie('list')),
  };
});

/** As it is written. */
function write({ op, args, value }: Tree): string {
  const [a = '', b = ''] = args.map(write);
  if (op === 'literal') return typeof value === 'string' ? JSON.stringify(value) : `(${String(value)})`;
  if (op === 'field') return String(value);
  if (op === 'list') return `[${args.map(write).join(', ')}]`;
  if (op === 'item') return `(${a})[${(args[1] as Tree).value}]`;
  if (op === 'not') return `!(${a})`;
  if (op === 'negate') return `-(${a})`;
  if (/^\w+$/.test(op) && op !== 'and' && op !== 'or') return `${op}(${args.map(write).join(', ')})`;
  return `(${a} ${op === 'and' ? '&&' : op} ${b})`;
}

/** What is known of the type without a record: it decides how values are compared. */
function kindOf({ op, args, value }: Tree): Kind {
  const same = (trees: readonly Tree[]): Kind => {
    const kinds = new Set(trees.map(kindOf).filter((kind) => kind !== 'null'));
    return kinds.size === 0 ? 'null' : kinds.size === 1 ? [...kinds][0]! : 'any';
  };
  if (op === 'literal')
    return value === null ? 'null' : (typeof value as Kind) === ('string' as Kind) ? 'text' : (typeof value as Kind);
  if (op === 'field') return 'any';
  if (op === 'iif') return same(args.slice(1));
  if (op === 'coalesce') return same(args);
  if (op === 'decode') return same([args[2]!, args[3]!]);
  if (op === 'item') return itemKind(args[0]!);
  if (['list', 'split', 'to_array', 'join_arrays'].includes(op)) return 'list';
  if (['length', 'size_of', 'to_integer', 'abs', 'negate', '-', '*', '%'].includes(op)) return 'number';
  if (op === '+') return args.some((arg) => kindOf(arg) === 'text') ? 'text' : 'number';
  if (['not', 'and', 'or', 'contains', 'equals', 'is_empty', ...COMPARISONS].includes(op)) return 'boolean';
  return 'text';
}

function itemKind({ op, args }: Tree): Kind {
  const same = (kinds: readonly Kind[]): Kind => {
    const known = new Set(kinds.filter((kind) => kind !== 'null'));
    return known.size === 0 ? 'null' : known.size === 1 ? [...known][0]! : 'any';
  };
  if (op === 'list') return same(args.map(kindOf));
  if (op === 'split') return 'text';
  if (op === 'to_array') return same(args.slice(1).map(kindOf));
  return same(args.map(itemKind));
}

class Bad extends Error {}
const isNumeric = (given: string): boolean => /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(given);
function toText(value: Value): string {
  if (typeof value === 'object') throw new Bad('text');
  return `${value}`;
}
function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !isNumeric(value)) throw new Bad('number');
  return Number(value);
}
const YES = ['true', 't', 'yes', 'y', 'on', '1'];
const NO = ['false', 'f', 'no', 'n', 'off', '0'];
function toBoolean(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  const word = toText(value).trim().toLowerCase();
  if (!YES.includes(word) && !NO.includes(word)) throw new Bad('boolean');
  return YES.includes(word);
}
const isTrue = (value: Value): boolean => value !== null && toBoolean(value);

function sameOr<T>(convert: (value: Value) => T, a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  const of = (value: Value): T | undefined => {
    if (typeof value === 'object') throw new Bad('one value');
    try {
      return convert(value);
    } catch {
      return undefined;
    }
  };
  const [x, y] = [of(a), of(b)];
  return x !== undefined && x === y;
}

function areEqual(kinds: readonly Kind[], a: Value, b: Value): boolean {
  if (kinds.includes('number')) return sameOr(toNumber, a, b);
  return kinds.includes('boolean') ? sameOr(toBoolean, a, b) : sameOr(toText, a, b);
}

function isLess(kinds: readonly Kind[], a: Value, b: Value): boolean {
  if (kinds.includes('number')) return toNumber(a) < toNumber(b);
  const [x, y] = [toText(a), toText(b)];
  const isNatural = !kinds.includes('text') && !kinds.includes('boolean');
  return isNatural && isNumeric(x) && isNumeric(y) ? Number(x) < Number(y) : x < y;
}

/** The value of a tree, worked out as the documentation tells it. */
function evaluate(tree: Tree, fields: Fields): Value {
  const { op, args } = tree;
  const at = (i: number): Value => evaluate(args[i]!, fields);
  switch (op) {
    case 'literal':
      return tree.value as Value;
    case 'field': {
      const value = fields[String(tree.value)] ?? null;
      return value === '' ? null : value;
    }
    case 'iif':
      return isTrue(at(0)) ? at(1) : at(2);
    case 'coalesce':
      for (const arg of args) {
        const value = evaluate(arg, fields);
        if (value !== null) return coerced('text', value);
      }
      return null;
    case 'decode': {
      const key = at(0);
      return areEqual([kindOf(args[0]!), kindOf(args[1]!)], at(1), key) ? at(2) : at(3);
    }
    case 'and':
      return isTrue(at(0)) && isTrue(at(1));
    case 'or':
      return isTrue(at(0)) || isTrue(at(1));
    case 'not':
      return !isTrue(at(0));
    case 'list':
      return args.map((arg) => evaluate(arg, fields));
    case 'item': {
      const list = at(0) as readonly Value[] | null;
      return list === null ? null : (list[args[1]!.value as number] ?? null);
    }
  }
  const given: Value[] = [];
  for (const [i, arg] of args.entries()) {
    const value = evaluate(arg, fields);
    if (value === null && (isStrict(tree) || (op === 'lpad' && i < 2))) return null;
    given.push(value !== null && isStrict(tree) && isText(op, i) ? toText(value) : value);
    if (op === 'lpad' && value !== null && i !== 1) toText(value);
    if (op === 'concat' && value !== null) toText(value);
  }
  return apply(tree, given);
}

/** Arguments of `coalesce` stay what they are. */
const coerced = (_: string, value: Value): Value => value;

const chars = (given: Value): string[] => [...toText(given)];

/** Where there is nothing, most functions give nothing. */
function apply(tree: Tree, given: readonly Value[]): Value {
  const { op, args } = tree;
  const kinds = args.map(kindOf);
  const [a = null, b = null, c = null] = given;
  if (op === 'concat') {
    const some = given.filter((value) => value !== null);
    return some.length === 0 ? null : some.map(toText).join('');
  }
  if (op === 'is_empty') return a === null || a === '' || (Array.isArray(a) && a.length === 0);
  if (op === 'to_array') return toBoolean(a) ? [b, c] : [b, c].filter((value) => value !== null);
  if (op === '+' && kinds.includes('text')) return (a === null ? '' : toText(a)) + (b === null ? '' : toText(b));
  if (op === '==' || op === '!=') return areEqual(kinds, a, b) === (op === '==');
  if (COMPARISONS.includes(op)) {
    if (a === null || b === null) return false;
    const [less, more] = [isLess(kinds, a, b), isLess(kinds, b, a)];
    return { '<': less, '<=': !more, '>': more, '>=': !less }[op as '<'];
  }
  if (op === 'lpad' && a !== null && b !== null) {
    const [width, filling] = [b as number, c === null ? '' : toText(c)];
    return toText(a).padStart(width, filling === '' ? ' ' : filling);
  }
  if (given.includes(null)) return null;
  return work(op, a as string, b as string, c as string);
}

/** Whether the function works its arguments out one after the other, and stops where there is nothing. */
const isStrict = ({ op, args }: Tree): boolean =>
  !NOT_STRICT.includes(op) && !(op === '+' && args.some((arg) => kindOf(arg) === 'text'));
const NOT_STRICT = ['concat', 'is_empty', 'to_array', ...COMPARISONS, 'lpad', '+', '-', '*', '%'];

/** Whether an argument has to be a text, and is found not to be before those that stand after it. */
function isText(op: string, i: number): boolean {
  if (['abs', 'negate', 'size_of', 'join_arrays'].includes(op) || (op === 'join' && i === 1)) return false;
  return !(['left', 'right', 'substring'].includes(op) && i > 0);
}

function work(op: string, a: Value, b: Value, c: Value): Value {
  switch (op) {
    case 'lower':
      return toText(a).toLowerCase();
    case 'upper':
      return toText(a).toUpperCase();
    case 'trim':
      return toText(a).trim();
    case 'left':
      return chars(a)
        .slice(0, b as number)
        .join('');
    case 'right':
      return chars(a)
        .slice(Math.max(0, chars(a).length - (b as number)))
        .join('');
    case 'substring':
      return chars(a)
        .slice(b as number, c as number)
        .join('');
    case 'replace':
      return b === '' ? toText(a) : toText(a).split(toText(b)).join(toText(c));
    case 'sha256':
      return createHash('sha256').update(toText(a)).digest('hex');
    case 'length':
      return chars(a).length;
    case 'size_of':
      return (a as readonly unknown[]).length;
    case 'contains':
      return toText(a).includes(toText(b));
    case 'equals':
      return toText(a) === toText(b);
    case 'split':
      return toText(a).split(toText(b));
    case 'join': {
      const items = (b as readonly Value[]).filter((value) => value !== null);
      return items.length === 0 ? null : items.map(toText).join(toText(a));
    }
    case 'join_arrays':
      return [...(a as readonly unknown[]), ...(b as readonly unknown[])];
    case 'to_integer':
      return whole(Math.trunc(toNumber(a)));
    case 'abs':
      return Math.abs(toNumber(a));
    case 'negate':
      return 0 - toNumber(a);
    default:
      return arithmetic(op, toNumber(a), toNumber(b));
  }
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Bad('whole');
  return value;
}

/** All numbers here have at most a few binary digits, so that they are exact. */
function arithmetic(op: string, a: number, b: number): number {
  const result = op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : a % b;
  if (!Number.isFinite(result)) throw new Bad('finite');
  return result + 0;
}

/** What a record has of a value: nothing of what is empty, and no holes in lists. */
function asField(value: Value): unknown {
  if (value === null || value === '') return undefined;
  return Array.isArray(value) ? value.filter((item) => item !== null).map((item) => asItem(item as Value)) : value;
}
const asItem = (value: Value): unknown => (Array.isArray(value) ? value.filter((one) => one !== null) : value);

const value = fc.constantFrom<Value>(null, '', 'ab', ' A b ', '7', '2.5', 'yes', 7, 0, -2.5, true, false, 'x😀', 'B');
const record = fc.record(Object.fromEntries(FIELDS.map((name) => [name, value])), { requiredKeys: [] });

describe('a random expression', { timeout }, () => {
  it('gives what a plain interpreter of the same tree gives, and rejects what that cannot work out', () => {
    let worked = 0;
    fc.assert(
      fc.property(anything, fc.array(record, { minLength: 1, maxLength: 5 }), (tree, records) => {
        const expression = write(tree);
        const mapping = compileMapping([mappingRule.parse({ expression, destination: 'x' })]);
        for (const fields of records) {
          const mapped = mapping.mapObject(fields);
          let expected: unknown = 'rejected';
          try {
            expected = asField(evaluate(tree, fields as Fields));
          } catch (error) {
            if (!(error instanceof Bad)) throw error;
          }
          worked += expected === 'rejected' ? 0 : 1;
          expect(mapped.rejection ? 'rejected' : mapped.value.x, `${expression} of ${JSON.stringify(fields)}`).toEqual(
            expected,
          );
        }
      }),
      runs(20, 600),
    );
    expect(worked, 'most can be worked out').toBeGreaterThan(300);
  });

  it('gives of the cells of a row what it gives of the same texts in an object', () => {
    const cells = fc.record(Object.fromEntries(FIELDS.map((name) => [name, value.map((one) => `${one ?? ''}`)])));
    fc.assert(
      fc.property(text, cells, (tree, fields) => {
        const mapping = compileMapping([mappingRule.parse({ expression: write(tree), destination: 'x' })]);
        expect(mapping.mapRow(Object.values(fields), Object.keys(fields))).toEqual(mapping.mapObject(fields));
      }),
      runs(5, 300),
    );
  });
});

describe('any text as an expression', { timeout }, () => {
  const token = fc.constantFrom(
    ...[
      'a',
      'a.b',
      'a[*].b',
      '${',
      '}',
      '"',
      "'",
      '\\',
      '(',
      ')',
      '[',
      ']',
      '{',
      ':',
      ',',
      '.',
      '1',
      '1.',
      '1e9',
      '-',
      '!',
    ],
    ...[
      '&&',
      '==',
      '? ',
      'not ',
      'concat(',
      'iif(',
      'date(',
      'to_object(',
      'split(',
      'uuid(',
      '__proto__',
      'null',
      ' ',
      '[0]',
      '[*]',
    ],
  );
  const source = fc.oneof(
    fc.string(),
    fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join('')),
  );
  const junk = fc.oneof(record, fc.jsonValue());

  it('is an expression or an error with its place; what it makes of any value is a record or a rejection', () => {
    fc.assert(
      fc.property(source, junk, (expression, given) => {
        let mapping: ReturnType<typeof compileMapping>;
        try {
          mapping = compileMapping([{ ...mappingRule.parse({ expression: 'a', destination: 'x' }), expression }]);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          expect((error as ExpressionError).offset).toBeGreaterThanOrEqual(0);
          expect((error as ExpressionError).offset).toBeLessThanOrEqual(expression.length);
          return;
        }
        const mapped = mapping.mapObject(given);
        expect(mapped.rejection?.code ?? typeof mapped.value).toMatch(/^(object|mapping-failed|too-complex|too-deep)$/);
      }),
      runs(20, 1_000),
    );
  });
});
