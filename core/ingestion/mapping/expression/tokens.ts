import { ExpressionError } from './error.ts';

export interface Token {
  readonly type: 'word' | 'field' | 'number' | 'text' | 'symbol' | 'end';
  /** The word, the symbol, what a text says, or what stands between `${` and `}`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longest first, so that `<=` is not read as `<`. */
const SYMBOLS = ['==', '!=', '<=', '>=', '&&', '||', ...'<>!+-*/%?:()[]{},.'] as const;
const SPACE = /\s+/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' };

/**
 * The words, texts, numbers and symbols of an expression, the last token being the end of it.
 * @throws ExpressionError
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = afterSpace(source, 0);
  while (at < source.length) {
    const token = readToken(source, at);
    tokens.push(token);
    at = afterSpace(source, token.end);
  }
  tokens.push({ type: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}

const afterSpace = (source: string, at: number): number => at + (match(SPACE, source, at)?.length ?? 0);

function readToken(source: string, start: number): Token {
  const first = source[start]!;
  if (first === '"' || first === "'") return readText(source, start, first);
  if (source.startsWith('${', start)) return readField(source, start);
  const word = match(WORD, source, start);
  if (word !== undefined) return { type: 'word', text: word, start, end: start + word.length };
  const number = match(NUMBER, source, start);
  if (number !== undefined) return { type: 'number', text: number, start, end: start + number.length };
  const symbol = SYMBOLS.find((candidate) => source.startsWith(candidate, start));
  if (symbol !== undefined) return { type: 'symbol', text: symbol, start, end: start + symbol.length };
  const shown = String.fromCodePoint(source.codePointAt(start)!);
  const hint = shown === '=' ? 'write == to compare' : undefined;
  throw new ExpressionError(`"${shown}" means nothing here`, start, {
    expected: 'a field, a value, a function or an operator',
    hint,
  });
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** Unknown escapes stay as they are, so that regular expressions can be written plainly. */
function readText(source: string, start: number, quote: string): Token {
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const character = source[at];
    if (character === undefined)
      throw new ExpressionError('this text has no end', start, { expected: `a closing ${quote}` });
    if (character === quote) return { type: 'text', text: parts.join(''), start, end: at + 1 };
    const { text, length } = character === '\\' ? readEscape(source, at) : { text: character, length: 1 };
    parts.push(text);
    at += length;
  }
}

/** @param at where the backslash stands */
function readEscape(source: string, at: number): { readonly text: string; readonly length: number } {
  const next = source[at + 1] ?? '';
  const hex = next === 'u' ? /^[0-9a-fA-F]{4}/.exec(source.slice(at + 2, at + 6))?.[0] : undefined;
  if (hex !== undefined) return { text: String.fromCharCode(Number.parseInt(hex, 16)), length: 6 };
  return { text: ESCAPES[next] ?? `\\${next}`, length: 1 + next.length };
}

/** `${First Name}`: what is no word. */
function readField(source: string, start: number): Token {
  const close = source.indexOf('}', start);
  if (close < 0) throw new ExpressionError('this name has no end', start, { expected: 'a closing }' });
  const text = source.slice(start + 2, close);
  if (text.trim() === '') throw new ExpressionError('this name is empty', start, { expected: 'the name of a field' });
  return { type: 'field', text, start, end: close + 1 };
}
