import type { Rejection } from '#core/record/record.ts';
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';
import { Carry, isSpace, type RawRecord, type Splitter, textStart } from './splitter.ts';

type Place = 'before' | 'between' | 'inside' | 'after';

/** What the values of a JSON text stand in: an array, or nothing, one after the other. */
export type JsonFrame = 'array' | 'sequence';

/**
 * The elements of a JSON array, or objects one after the other, without parsing them: only strings and depth are
 * followed. What an element holds is for the parser to judge; what is around the elements is judged here.
 */
export class JsonSplitter implements Splitter {
  readonly #carry = new Carry();
  #offset: number;
  #place: Place;
  #isArray: boolean;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #lost: Rejection | undefined;

  /**
   * @param offset where in the text the first piece begins
   * @param frame what it begins in, after a value and the comma that follows it in an array; left out at the beginning
   */
  constructor(offset = 0, frame?: JsonFrame) {
    this.#offset = offset;
    this.#place = frame ? 'between' : 'before';
    this.#isArray = frame === 'array';
  }

  /** What the records that were found so far stand in. */
  get frame(): JsonFrame {
    return this.#isArray ? 'array' : 'sequence';
  }

  get lost(): Rejection | undefined {
    return this.#lost;
  }

  push(block: Uint8Array): RawRecord[] {
    const records: RawRecord[] = [];
    let i = textStart(block, this.#offset);
    let start = i;
    while (i < block.length && !this.#lost) {
      if (this.#inString) {
        i = this.#skipString(block, i);
        continue;
      }
      const byte = block[i]!;
      if (this.#place !== 'inside') {
        if (this.#stepOutside(byte, i, records)) start = i;
      } else {
        // The comma or bracket after an element of an array is not part of it; the last brace of an object is.
        const past = this.#stepInside(byte);
        if (past !== undefined) records.push(this.#carry.take(block.subarray(start, i + past), this.#offset + i + 1));
      }
      i++;
    }
    if (this.#place === 'inside') this.#carry.add(block.subarray(start));
    this.#offset += block.length;
    return records;
  }

  end(): RawRecord[] {
    const isComplete = this.#place === 'after' || (this.#place === 'between' && !this.#isArray);
    if (!isComplete && this.#place !== 'before') {
      this.#lose('The file ends inside of a value: it was cut off, or a quote or a bracket is missing');
    }
    return [];
  }

  /** @returns whether an element begins with this byte, the one at `at` */
  #stepOutside(byte: number, at: number, records: RawRecord[]): boolean {
    if (isSpace(byte)) return false;
    if (this.#place !== 'between' || !this.#isArray || byte !== COMMA) return this.#begin(byte);
    records.push(this.#nothing(at));
    return false;
  }

  /** A byte outside of any element. @returns whether an element begins with it */
  #begin(byte: number): boolean {
    if (this.#place === 'before' && byte === OPEN_BRACKET) {
      this.#isArray = true;
      this.#place = 'between';
      return false;
    }
    if (this.#place === 'after') {
      this.#lose('Something follows after the end of the array');
      return false;
    }
    if (this.#isArray && byte === CLOSE_BRACKET) {
      this.#place = 'after';
      return false;
    }
    if (byte === CLOSE_BRACE || (!this.#isArray && byte !== OPEN_BRACE)) {
      this.#lose('Expected an array of records, or records one after the other');
      return false;
    }
    this.#place = 'inside';
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth = 1;
    return true;
  }

  #stepInside(byte: number): 0 | 1 | undefined {
    return this.#isArray ? this.#stepInElement(byte) : this.#stepInObject(byte);
  }

  /** @returns 0 when the element has ended before this byte */
  #stepInElement(byte: number): 0 | undefined {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
    else if (byte === COMMA && this.#depth === 0) {
      this.#place = 'between';
      return 0;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (this.#depth > 0) this.#depth--;
      else if (byte === CLOSE_BRACKET) {
        this.#place = 'after';
        return 0;
      } else this.#lose('A "}" closes nothing: a "{" or a quote before it is missing');
    }
    return undefined;
  }

  /** @returns 1 when the object ends with this byte */
  #stepInObject(byte: number): 1 | undefined {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      this.#depth--;
      if (this.#depth === 0) {
        this.#place = 'between';
        return 1;
      }
    }
    return undefined;
  }

  /** @returns the index after the string, or the end of the piece */
  #skipString(block: Uint8Array, from: number): number {
    for (let i = from; i < block.length; i++) {
      if (this.#escaped) this.#escaped = false;
      else if (block[i] === BACKSLASH) this.#escaped = true;
      else if (block[i] === QUOTE) {
        this.#inString = false;
        return i + 1;
      }
    }
    return block.length;
  }

  #nothing(at: number): RawRecord {
    return {
      ...this.#carry.take(new Uint8Array(0), this.#offset + at + 1),
      parseError: 'There is nothing before this comma',
    };
  }

  #lose(message: string): void {
    this.#lost = { code: 'malformed', message };
  }
}
