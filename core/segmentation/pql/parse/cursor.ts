import type { Expression, Span } from '../ast.ts';
import { PqlError } from './errors.ts';
import { wordMeant } from './names.ts';
import { type Token, tokenize } from './tokens.ts';

const MAX_LENGTH = 65_536;
const MAX_DEPTH = 64;
const MAX_NODES = 10_000;

/** The state of a parse: where it is, how deep, and how much it has built. Everything here throws {@link PqlError}. */
export interface Cursor {
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether the token is this symbol. */
  at(symbol: string, ahead?: number): boolean;
  /** Whether the token is this word, in exactly this spelling. */
  atWord(word: string, ahead?: number): boolean;
  /** Whether the token is this word in any spelling of upper and lower case. */
  atWordAnyCase(word: string, ahead?: number): boolean;
  take(symbol: string): boolean;
  takeWord(word: string): boolean;
  expect(symbol: string, context: string): Token;
  expectWord(word: string, context: string): Token;
  /** A name, plain or in backquotes. */
  expectName(what: string): Token;
  /** A span from `start` to the end of the last token taken. */
  spanFrom(start: number): Span;
  /** Registers a node: counts it and checks how deep the tree has become. */
  node<E extends Expression>(node: E, ...children: readonly Expression[]): E;
  nested<T>(parse: () => T): T;
  fail(message: string, token: Token | Span, expected?: string): never;
}

/** @throws PqlError when the text is too long or not made of PQL tokens */
export function cursorOver(source: string): Cursor {
  if (source.length > MAX_LENGTH) {
    throw new PqlError(`the text has ${source.length} characters`, source, MAX_LENGTH, `at most ${MAX_LENGTH}`);
  }
  const tokens = tokenize(source);
  const heights = new WeakMap<Expression, number>();
  let position = 0;
  let depth = 0;
  let nodes = 0;

  const fail = (message: string, token: Token | Span, expected?: string): never => {
    const index = tokens.findIndex(({ start }) => start === token.start);
    const word = tokens[index]?.type === 'word' ? wordMeant(tokens[index].text, tokens[index - 1]?.text) : undefined;
    const hint = word && `did you mean ${word}? Upper and lower case matter`;
    throw new PqlError(message, source, token.start, expected, hint);
  };
  const peek = (ahead = 0): Token => tokens[Math.min(position + ahead, tokens.length - 1)]!;
  const next = (): Token => {
    const token = peek();
    position = Math.min(position + 1, tokens.length - 1);
    return token;
  };
  const at = (symbol: string, ahead = 0): boolean => peek(ahead).type === 'symbol' && peek(ahead).text === symbol;
  const atWord = (word: string, ahead = 0): boolean => peek(ahead).type === 'word' && peek(ahead).text === word;
  const atWordAnyCase = (word: string, ahead = 0): boolean =>
    peek(ahead).type === 'word' && peek(ahead).text.toLowerCase() === word.toLowerCase();

  return {
    peek,
    next,
    at,
    atWord,
    atWordAnyCase,
    take: (symbol) => at(symbol) && next() !== undefined,
    takeWord: (word) => atWord(word) && next() !== undefined,
    expect: (symbol, context) => (at(symbol) ? next() : fail(unexpected(peek(), context), peek(), `"${symbol}"`)),
    expectWord: (word, context) =>
      atWordAnyCase(word) ? next() : fail(unexpected(peek(), context), peek(), `"${word}"`),
    expectName(what) {
      const token = peek();
      if (token.type !== 'word' && token.type !== 'quoted') return fail(unexpected(token), token, what);
      if (token.text === '__proto__') return fail('"__proto__" cannot be the name of a field', token, what);
      return next();
    },
    spanFrom: (start) => ({ start, end: tokens[Math.max(0, position - 1)]!.end }),
    node(node, ...children) {
      nodes += 1;
      if (nodes > MAX_NODES) fail('the expression is too large', node.span, `at most ${MAX_NODES} parts`);
      const height = 1 + children.reduce((most, child) => Math.max(most, heights.get(child) ?? 0), 0);
      if (height > MAX_DEPTH) fail('the expression is nested too deeply', node.span, `at most ${MAX_DEPTH} levels`);
      heights.set(node, height);
      return node;
    },
    nested(parse) {
      depth += 1;
      if (depth > MAX_DEPTH) fail('the expression is nested too deeply', peek(), `at most ${MAX_DEPTH} levels`);
      const result = parse();
      depth -= 1;
      return result;
    },
    fail,
  };
}

/** "unexpected …" with what was found. */
export function unexpected(token: Token, context?: string): string {
  const found = token.type === 'end' ? 'the text ends' : token.type === 'string' ? `"${token.text}"` : token.text;
  const where = context === undefined ? '' : ` in ${context}`;
  return token.type === 'end' ? `the text ends too early${where}` : `unexpected ${found}${where}`;
}

/** Whether the token can be a name: a word, or something in backquotes. */
export const isName = ({ type }: Token): boolean => type === 'word' || type === 'quoted';
