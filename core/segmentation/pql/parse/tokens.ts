import { PqlError } from './errors.ts';

export type TokenType = 'word' | 'quoted' | 'number' | 'string' | 'parameter' | 'symbol' | 'end';

/** `text` is the word, the symbol, or the value of a string; `value` the value of a number or the index of a parameter. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Longest first, so that `<=` is not read as `<`. */
const SYMBOLS = ['=>', '!=', '<>', '<=', '>=', '==', ...'=<>!+-*/%()[],.:^'] as const;
const SPACE = /(?:\s|\/\/[^\n]*)+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\$(\d{1,3})/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' };

/** Splits a PQL text into tokens, the last one of type `end`. Comments run from `//` to the end of the line. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = skipSpace(source, 0);
  while (at < source.length) {
    const token = readToken(source, at);
    tokens.push(token);
    at = skipSpace(source, token.end);
  }
  tokens.push({ type: 'end', text: '', value: 0, start: source.length, end: source.length });
  return tokens;
}

function skipSpace(source: string, at: number): number {
  SPACE.lastIndex = at;
  return SPACE.test(source) ? SPACE.lastIndex : at;
}

function readToken(source: string, start: number): Token {
  const character = source[start]!;
  if (character === '"' || character === "'") return readString(source, start, character);
  if (character === '`') return readQuoted(source, start);
  const word = match(WORD, source, start);
  if (word !== undefined) return { type: 'word', text: word, value: 0, start, end: start + word.length };
  const number = match(NUMBER, source, start);
  if (number !== undefined) return readNumber(source, start, number);
  const parameter = match(PARAMETER, source, start);
  if (parameter !== undefined) {
    return {
      type: 'parameter',
      text: parameter,
      value: Number(parameter.slice(1)),
      start,
      end: start + parameter.length,
    };
  }
  const symbol = SYMBOLS.find((candidate) => source.startsWith(candidate, start));
  if (symbol === undefined) {
    const shown = String.fromCodePoint(source.codePointAt(start)!);
    throw new PqlError(
      `the character "${shown}" means nothing in PQL here`,
      source,
      start,
      'a name, a literal or an operator',
    );
  }
  const text = symbol === '==' ? '=' : symbol === '<>' ? '!=' : symbol;
  return { type: 'symbol', text, value: 0, start, end: start + symbol.length };
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function readNumber(source: string, start: number, text: string): Token {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new PqlError(`the number ${text} is too large`, source, start);
  return { type: 'number', text, value, start, end: start + text.length };
}

/** Unknown escapes stay as they are, so that regular expressions such as `"@(\w+)"` can be written plainly. */
function readString(source: string, start: number, quote: string): Token {
  let text = '';
  let at = start + 1;
  for (;;) {
    const character = source[at];
    if (character === undefined) throw new PqlError('this text has no end', source, start, `a closing ${quote}`);
    if (character === quote) return { type: 'string', text, value: 0, start, end: at + 1 };
    if (character !== '\\') {
      text += character;
      at += 1;
      continue;
    }
    const escaped = readEscape(source, at + 1);
    text += escaped.text;
    at += 1 + escaped.length;
  }
}

/** What stands after a backslash. */
function readEscape(source: string, at: number): { readonly text: string; readonly length: number } {
  const next = source[at] ?? '';
  const hex = next === 'u' ? /^[0-9a-fA-F]{4}/.exec(source.slice(at + 1, at + 5))?.[0] : undefined;
  if (hex !== undefined) return { text: String.fromCharCode(Number.parseInt(hex, 16)), length: 5 };
  return { text: Object.hasOwn(ESCAPES, next) ? ESCAPES[next]! : `\\${next}`, length: 1 };
}

/** A name in backquotes; a backquote inside is written twice. */
function readQuoted(source: string, start: number): Token {
  let text = '';
  let at = start + 1;
  for (;;) {
    const close = source.indexOf('`', at);
    if (close === -1) throw new PqlError('this name has no end', source, start, 'a closing `');
    text += source.slice(at, close);
    if (source[close + 1] !== '`') {
      if (text === '') throw new PqlError('a name must not be empty', source, start, 'a name between the backquotes');
      return { type: 'quoted', text, value: 0, start, end: close + 1 };
    }
    text += '`';
    at = close + 2;
  }
}
