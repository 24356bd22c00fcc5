import { isUnsafeKey } from '../../text/decode-json.ts';
import { type SourceStep, textOfSteps } from '../source-path.ts';
import { BINARY_OPERATORS, type Binary, type BinaryOperator, type Node } from './ast.ts';
import { ExpressionError } from './error.ts';
import { type Token, tokenize } from './tokens.ts';

/** In UTF-16 units. */
export const MAX_EXPRESSION_LENGTH = 16_384;
const MAX_DEPTH = 64;
const MAX_NODES = 1_000;
/** Steps of the path of a field. */
const MAX_PATH = 32;

/** Words that are operators or values, and need `${ }` as the name of a field. */
const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  or: 'or',
  and: 'and',
  not: 'not',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  div: '/',
  mod: '%',
};
const CONSTANTS: ReadonlyMap<string, true | false | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const RESERVED = new Set(['new', 'var', 'for', 'while', 'break', 'continue', 'else', 'return']);

/** Of operators, those that bind least come first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['or'],
  ['and'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/**
 * Parses an expression in the syntax of Adobe's data prep functions.
 * @throws ExpressionError
 */
export function parseExpression(source: string): Node {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    throw new ExpressionError('the expression is too long', MAX_EXPRESSION_LENGTH, {
      expected: `at most ${MAX_EXPRESSION_LENGTH} characters`,
    });
  }
  return new Parser(tokenize(source)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#expression();
    if (this.#peek().type !== 'end') throw this.#unexpected('an operator, or the end');
    return node;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #isAt(symbol: string, ahead = 0): boolean {
    const { type, text } = this.#peek(ahead);
    return type === 'symbol' && text === symbol;
  }

  #take(symbol: string): boolean {
    const is = this.#isAt(symbol);
    if (is) this.#at += 1;
    return is;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#unexpected(`"${symbol}"`);
  }

  #unexpected(expected: string): ExpressionError {
    const { type, text, start } = this.#peek();
    const found = type === 'end' ? 'the expression ends too early' : `"${text}" is not expected here`;
    return new ExpressionError(found, start, { expected });
  }

  #node<N extends Node>(node: N): N {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) {
      throw new ExpressionError('the expression is too large', node.start, { expected: `at most ${MAX_NODES} parts` });
    }
    return node;
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new ExpressionError('the expression is nested too deeply', this.#peek().start, {
        expected: `at most ${MAX_DEPTH} levels`,
      });
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #expression(): Node {
    return this.#nested(() => {
      const condition = this.#binary(0);
      if (!this.#take('?')) return condition;
      const then = this.#expression();
      this.#expect(':');
      return this.#node({ kind: 'choice', condition, then, otherwise: this.#expression(), start: condition.start });
    });
  }

  /** Operators of a level and of those that bind more. A chain of them is a loop, and as deep as it is long. */
  #binary(level: number): Node {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    let length = 0;
    for (;;) {
      const operator = this.#operator();
      if (operator === undefined || !operators.includes(operator)) return left;
      const { start } = this.#next();
      length += 1;
      if (length > MAX_DEPTH) {
        throw new ExpressionError('too many operators follow one another', start, { expected: `at most ${MAX_DEPTH}` });
      }
      const right = this.#binary(level + 1);
      left = this.#node<Binary>({ kind: 'binary', operator, left, right, start });
    }
  }

  #operator(): BinaryOperator | undefined {
    const { type, text } = this.#peek();
    if (type === 'word') return asOperator(Object.hasOwn(OPERATOR_WORDS, text) ? OPERATOR_WORDS[text] : undefined);
    if (type !== 'symbol') return undefined;
    return asOperator(text === '&&' ? 'and' : text === '||' ? 'or' : text);
  }

  #unary(): Node {
    const { type, text, start } = this.#peek();
    if (this.#take('-')) return this.#nested(() => this.#node({ kind: 'negate', operand: this.#unary(), start }));
    if (this.#take('!') || (type === 'word' && text === 'not' && this.#next()))
      return this.#nested(() => this.#node({ kind: 'not', operand: this.#unary(), start }));
    return this.#postfix();
  }

  #postfix(): Node {
    let node = this.#primary();
    for (let length = 0; ; length++) {
      if (length > MAX_DEPTH) throw this.#unexpected(`at most ${MAX_DEPTH} steps`);
      const { start } = this.#peek();
      if (this.#take('.')) node = this.#member(node, start);
      else if (this.#take('[')) {
        const index = this.#index();
        node = this.#node({ kind: 'index', list: node, index, start });
      } else return node;
    }
  }

  /** `"a".equals("b")` is `equals("a", "b")`. */
  #member(object: Node, start: number): Node {
    const name = this.#name();
    if (!this.#isAt('(')) return this.#node({ kind: 'member', object, name: name.text, start });
    return this.#node({ kind: 'call', name: name.text, args: [object, ...this.#args()], start: name.start });
  }

  #name(): Token {
    const token = this.#peek();
    if (token.type !== 'word' && token.type !== 'field') throw this.#unexpected('the name of a field');
    if (isUnsafeKey(token.text)) throw new ExpressionError(`"${token.text}" is no name of a field`, token.start);
    return this.#next();
  }

  #index(): number {
    const { type, text } = this.#peek();
    if (type !== 'number' || !/^\d{1,6}$/.test(text)) throw this.#unexpected('the number of an item, from 0');
    this.#next();
    this.#expect(']');
    return Number(text);
  }

  #args(): Node[] {
    this.#expect('(');
    return this.#listUntil(')');
  }

  #listUntil(close: string): Node[] {
    const items: Node[] = [];
    while (!this.#take(close)) {
      if (items.length > 0) this.#expect(',');
      items.push(this.#expression());
    }
    return items;
  }

  #primary(): Node {
    const token = this.#peek();
    const { type, text, start } = token;
    if (type === 'text') return this.#literal(token, text);
    if (type === 'number') return this.#literal(token, Number(text));
    if (type === 'field') return this.#path();
    if (type === 'word') return this.#word(token);
    if (this.#take('(')) {
      const inside = this.#expression();
      this.#expect(')');
      return inside;
    }
    if (this.#take('[')) return this.#node({ kind: 'list', items: this.#listUntil(']'), start });
    if (this.#take('{')) return this.#object(start);
    throw this.#unexpected('a field, a value or a function');
  }

  #literal({ start }: Token, value: string | number | boolean | null): Node {
    this.#next();
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new ExpressionError('the number is too large', start);
    return this.#node({ kind: 'literal', value, start });
  }

  #word(token: Token): Node {
    const { text, start } = token;
    const constant = CONSTANTS.get(text);
    if (constant !== undefined) return this.#literal(token, constant);
    if (this.#isAt('(', 1)) {
      this.#next();
      return this.#node({ kind: 'call', name: text, args: this.#args(), start });
    }
    if (Object.hasOwn(OPERATOR_WORDS, text)) throw this.#unexpected('a field, a value or a function');
    if (RESERVED.has(text)) {
      throw new ExpressionError(`"${text}" is a reserved word`, start, { hint: `write \${${text}} for the field` });
    }
    return this.#path();
  }

  #object(start: number): Node {
    const entries: { key: string; start: number; value: Node }[] = [];
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      const key = this.#peek();
      if (key.type !== 'text' && key.type !== 'word') throw this.#unexpected('a name in quotes');
      if (isUnsafeKey(key.text) || key.text === '')
        throw new ExpressionError(`"${key.text}" is no name of a field`, key.start);
      if (entries.some((other) => other.key === key.text))
        throw new ExpressionError(`"${key.text}" is there twice`, key.start);
      this.#next();
      this.#expect(':');
      entries.push({ key: key.text, start: key.start, value: this.#expression() });
    }
    return this.#node({ kind: 'object', entries, start });
  }

  /** `person.name`, `items[*].sku`, `${First Name}`: up to where a function of the value begins. */
  #path(): Node {
    const first = this.#next();
    // Names that follow one another may also be one key.
    let names = [...namesOf(first)];
    const steps: SourceStep[] = [{ names }];
    let length = names.length;
    for (let step = this.#step(); step; step = this.#step()) {
      length += 'names' in step ? step.names.length : 1;
      if (length > MAX_PATH) throw this.#unexpected(`at most ${MAX_PATH} steps`);
      if ('names' in step && 'names' in steps.at(-1)!) names.push(...step.names);
      else {
        if ('names' in step) names = [...step.names];
        steps.push('names' in step ? { names } : step);
      }
    }
    return this.#node({ kind: 'path', path: { text: textOfSteps(steps), steps }, start: first.start });
  }

  /** The next step of a path, if one follows. */
  #step(): SourceStep | undefined {
    const { type } = this.#peek(1);
    if (this.#isAt('.') && (type === 'word' || type === 'field') && !this.#isAt('(', 2)) {
      this.#next();
      return { names: namesOf(this.#name()) };
    }
    if (!this.#isAt('[') || !(this.#isAt('*', 1) || type === 'number')) return undefined;
    this.#next();
    if (!this.#take('*')) return { index: this.#index() };
    this.#expect(']');
    return { each: true };
  }
}

const asOperator = (text: string | undefined): BinaryOperator | undefined =>
  BINARY_OPERATORS.find((operator) => operator === text);

/** Of `${a.b}` two names; of `${a\.b}` one, with a dot. */
function namesOf({ type, text, start }: Token): readonly string[] {
  const names = type === 'word' ? [text] : text.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
  if (names.length > MAX_PATH) throw new ExpressionError(`a path has at most ${MAX_PATH} names`, start);
  if (names.some((name) => name === '' || isUnsafeKey(name)))
    throw new ExpressionError(`"${text}" is no name of a field`, start);
  return names;
}
