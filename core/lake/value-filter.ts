import { lastDigits } from '#core/identity/phone.ts';

/**
 * A Bloom filter over the texts in the rows of an object: whether one of them may stand there, without reading any row.
 * It knows values wherever they stand, so it does not depend on what the catalog called an identity when it was made.
 */
export interface ValueFilter {
  /** @returns false only where no row has the text, as a value or as a word of one; upper and lower case are the same */
  mayHold(text: string): boolean;
  /**
   * @param digits the last of a telephone number, see {@link lastDigits}
   * @returns false only where no row has a telephone number that ends so, in whatever way it is written
   */
  mayHoldNumber(digits: string): boolean;
}

/** What filters know: those of the first version know nothing of telephone numbers, nor of other forms of a text. */
export const FILTER_VERSION = 2;

/** Of about 1 in 2,000 texts that no row has, the filter says that one may: a pass asks for some hundred. */
const BITS_A_TEXT = 16;
const PROBES = 11;
/** Beyond that the filter would be larger than what it spares; the object is then always read. */
const MAX_TEXTS = 6_000_000;
/** No identity is that long. */
const MAX_LENGTH = 1_024;

/** What parts the words of a text; several in a row leave empty words between them. */
export const WORD_BREAK = /[\s,;:|"'=&?#{}[\]()<>\\]/;
/** Instants differ from row to row and name nobody: they would be a third of the filter. */
const INSTANT = /^\d{4}-\d\d-\d\dT/;

export class ValueFilterBuilder {
  readonly #texts = new Set<number>();

  /** @param json of a row */
  add(json: string): void {
    if (this.#texts.size <= MAX_TEXTS) this.#walk(JSON.parse(json));
  }

  /** @returns undefined where there are too many texts */
  finish(): Uint8Array | undefined {
    if (this.#texts.size > MAX_TEXTS) return undefined;
    const bytes = new Uint8Array(Math.ceil((this.#texts.size * BITS_A_TEXT) / 8) + 8);
    for (const text of this.#texts) for (const bit of bitsOf(text, bytes)) bytes[bit >>> 3]! |= 1 << (bit & 7);
    return bytes;
  }

  #walk(value: unknown): void {
    if (typeof value === 'string') this.#addText(value);
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) this.#walk(each);
  }

  #addText(value: string): void {
    if (INSTANT.test(value)) return;
    const text = comparable(value);
    if (text.length <= MAX_LENGTH) this.#texts.add(digest(text));
    const digits = lastDigits(value);
    if (digits !== undefined) this.#texts.add(digest(NUMBER + digits));
    if (!WORD_BREAK.test(text)) return;
    for (const word of text.split(WORD_BREAK))
      if (word !== '' && word.length <= MAX_LENGTH) this.#texts.add(digest(word));
  }
}

/**
 * The filter of the bytes that a {@link ValueFilterBuilder} has finished. It may say that a text is there which is not,
 * never the other way round.
 */
export function readValueFilter(bytes: Uint8Array, version = FILTER_VERSION): ValueFilter {
  const mayHold = (text: string): boolean => {
    for (const bit of bitsOf(digest(text), bytes)) if ((bytes[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
    return true;
  };
  return {
    mayHold(value) {
      const text = version < FILTER_VERSION ? value.trim().toLowerCase() : comparable(value);
      return INSTANT.test(value) || text.length > MAX_LENGTH || mayHold(text);
    },
    mayHoldNumber: (digits) => version < FILTER_VERSION || mayHold(NUMBER + digits),
  };
}

/** Before the last digits of a number; no text begins so. */
const NUMBER = '\0';
const ONLY_ASCII = /^[\x20-\x7e]*$/;

/** A text as texts are compared: without characters that nobody sees, in one form of Unicode, in lower case. */
function comparable(value: string): string {
  if (ONLY_ASCII.test(value)) return value.trim().toLowerCase();
  return value
    .replaceAll(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase()
    .normalize('NFC');
}

const LOW_BITS = 21;
const LOW = 2 ** LOW_BITS;

/** 53 bits, of two FNV-1a hashes: what a number holds exactly. */
function digest(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x01000193);
  }
  low ^= low >>> 15;
  low = Math.imul(low, 0x2c1b3c6d);
  return (high >>> 0) * LOW + ((low >>> 0) % LOW);
}

function* bitsOf(of: number, { length }: Uint8Array): Iterable<number> {
  const bits = length * 8;
  const step = (of % LOW) * 2 + 1;
  let at = Math.floor(of / LOW);
  for (let probe = 0; probe < PROBES; probe++) {
    yield at % bits;
    at += step * (probe + 1);
  }
}
