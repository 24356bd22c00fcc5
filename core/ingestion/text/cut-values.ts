import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';
import { bomLength, isSpace } from './splitter.ts';

/** A value of a text, or what stands where one is expected. */
export interface CutValue {
  readonly bytes: Uint8Array;
  /** What is wrong with it, if that can be told without parsing it. */
  readonly parseError?: string;
}

const NEWLINE = 0x0a;
const COLON = 0x3a;
/** Begins each text of a JSON text sequence (RFC 7464). */
const RECORD_SEPARATOR = 0x1e;
/** After one of these a value may go on in the next line. */
const GOES_ON: ReadonlySet<number> = new Set([COMMA, COLON, OPEN_BRACKET, OPEN_BRACE]);

/**
 * The JSON values that a text holds, without parsing them: one or several, a line each or one behind the other, and of an
 * array its elements. One that is broken ends with its line, or where the next object begins in a line of its own, so that
 * those around it are found. Takes linear time.
 * @param limit how many at most are cut, and a few more at the end of an array
 * @returns none for a text of nothing but spaces
 */
export const cutValues = (text: Uint8Array, limit = Number.POSITIVE_INFINITY): CutValue[] =>
  new ValueCutter(text, limit).cut();

class ValueCutter {
  readonly #text: Uint8Array;
  readonly #limit: number;
  readonly #values: CutValue[] = [];
  #at: number;
  /** How deep in the element of an array the text ends. */
  #depth = 0;

  constructor(text: Uint8Array, limit: number) {
    this.#text = text;
    this.#limit = limit;
    this.#at = bomLength(text);
  }

  cut(): CutValue[] {
    const text = this.#text;
    for (;;) {
      while (this.#at < text.length && isBetween(text[this.#at]!)) this.#at++;
      if (this.#at >= text.length || this.#values.length >= this.#limit) return this.#values;
      if (text[this.#at] === OPEN_BRACKET) this.#cutArray();
      else this.#take(this.#endOfValue());
    }
  }

  #take(end: number): void {
    this.#values.push({ bytes: this.#text.subarray(this.#at, end) });
    this.#at = end;
  }

  /** Something that follows a value in its line, and begins none, belongs to it: the line is broken. */
  #endOfValue(): number {
    const text = this.#text;
    if (text[this.#at] !== OPEN_BRACE) return this.#endOfLine(this.#at);
    const end = this.#endOfObject();
    let next = end;
    while (text[next] !== NEWLINE && isSpace(text[next] ?? 0)) next++;
    const follows = text[next];
    const isEnd = follows === undefined || follows === NEWLINE || follows === RECORD_SEPARATOR;
    return isEnd || follows === OPEN_BRACE || follows === OPEN_BRACKET ? end : this.#endOfLine(next);
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf(NEWLINE, from);
    return end < 0 ? this.#text.length : end;
  }

  /** @returns the index after the brace that closes the object at this place, or where a broken one ends */
  #endOfObject(): number {
    const text = this.#text;
    let depth = 0;
    let last = 0;
    for (let i = this.#at; i < text.length; i++) {
      const byte = text[i]!;
      if (byte === NEWLINE && this.#isNextRecord(i, last)) return i;
      if (isSpace(byte)) continue;
      last = byte;
      if (byte === QUOTE) {
        i = this.#endOfString(i) - 1;
        if (text[i] === NEWLINE) return i;
      } else {
        depth += deeper(byte);
        if (depth === 0) return i + 1;
      }
    }
    return text.length;
  }

  /** Whether an object begins in the line after `newline` that cannot be part of the one before. */
  #isNextRecord(newline: number, last: number): boolean {
    return this.#text[newline + 1] === OPEN_BRACE && !GOES_ON.has(last);
  }

  /** @returns the index after the quote that closes a string; after the line end, where the string is broken by one */
  #endOfString(quote: number): number {
    const text = this.#text;
    for (let i = quote + 1; i < text.length; i++) {
      const byte = text[i]!;
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE || byte === NEWLINE) return i + 1;
    }
    return text.length;
  }

  #cutArray(): void {
    const text = this.#text;
    this.#at++;
    this.#depth = 0;
    for (let isFirst = true; this.#at < text.length && this.#values.length < this.#limit; isFirst = false) {
      while (this.#at < text.length && isSpace(text[this.#at]!)) this.#at++;
      const isEmpty = isFirst && text[this.#at] === CLOSE_BRACKET;
      if (this.#at < text.length && !isEmpty) this.#cutElement();
      if (text[this.#at++] === CLOSE_BRACKET) return;
    }
    // A value that is cut off itself says enough.
    if (this.#depth > 0) return;
    this.#values.push({ bytes: text.subarray(text.length), parseError: 'The array is not closed: it was cut off' });
  }

  #cutElement(): void {
    const end = this.#endOfElement();
    if (end > this.#at) this.#take(end);
    else this.#values.push({ bytes: this.#text.subarray(end, end), parseError: 'A value is missing here' });
  }

  /** @returns the index of the comma or the bracket after an element */
  #endOfElement(): number {
    const text = this.#text;
    this.#depth = 0;
    for (let i = this.#at; i < text.length; i++) {
      const byte = text[i]!;
      if (byte === QUOTE) i = this.#endOfString(i) - 1;
      else if (this.#depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) return i;
      // What closes nothing does not take the next elements with it.
      else this.#depth = Math.max(0, this.#depth + deeper(byte));
    }
    return text.length;
  }
}

const isBetween = (byte: number): boolean => isSpace(byte) || byte === RECORD_SEPARATOR;

const deeper = (byte: number): number =>
  byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : byte === CLOSE_BRACE || byte === CLOSE_BRACKET ? -1 : 0;
