import { isUtf8 } from 'node:buffer';
import { isUtf16 } from './csv-dialect.ts';
import type { CsvEncoding } from './csv-settings.ts';
import { bomLength } from './splitter.ts';

/** What the first bytes of a text say about its encoding, for certain. */
export function encodingOfMark(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  if (bomLength(head) > 0) return 'utf-8';
  // UTF-32 begins with the mark of UTF-16, and goes on with two zeros.
  if (head[0] === 0xff && head[1] === 0xfe) return head[2] === 0 && head[3] === 0 ? undefined : 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/**
 * The encoding of a text without a mark: UTF-8 where the sample is UTF-8, UTF-16 where every other byte of its ASCII is
 * zero, windows-1252 where its other bytes are letters and signs as they stand in texts of western languages. Whatever
 * else is taken for UTF-8 as well: then the rows that are not are rejected, one by one.
 */
export function guessEncoding(sample: Uint8Array, isWhole: boolean): CsvEncoding {
  const utf16 = utf16Of(sample);
  if (utf16) return utf16;
  if (isUtf8(isWhole ? sample : wholeCharacters(sample))) return 'utf-8';
  return isWestern(sample) ? 'windows-1252' : 'utf-8';
}

const HEAD = 4_096;

/** Delimiters, digits and line ends are ASCII in every language, so that a good part of either half is zeros. */
function utf16Of(sample: Uint8Array): CsvEncoding | undefined {
  const length = Math.min(sample.length, HEAD) & ~1;
  const zeros = [0, 0] as [number, number];
  for (let i = 0; i < length; i++) if (sample[i] === 0) zeros[i & 1 ? 1 : 0]++;
  const pairs = length / 2;
  const guessed = zeros[1] > zeros[0] ? 'utf-16le' : 'utf-16be';
  const [few, many] = zeros[1] > zeros[0] ? zeros : [zeros[1], zeros[0]];
  if (many <= pairs / 5 || few * 50 > pairs) return undefined;
  // Other binary data has zeros as well.
  const text = Buffer.from(toUtf8(sample.subarray(0, length), guessed)).toString('utf8');
  return text.match(/\p{Cc}/gu)?.every((control) => IN_TEXTS.has(control)) === false ? undefined : guessed;
}

/** Controls that are in texts: around lines and pages, and between cells. */
const IN_TEXTS = new Set(['\t', '\n', '\f', '\r', '\u0001', '\u001c', '\u001d', '\u001e', '\u001f', '\u0085']);

/** Without the beginning of a character of UTF-8 at its end. */
function wholeCharacters(sample: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, sample.length); back++) {
    const byte = sample[sample.length - back]!;
    if (byte < 0x80) return sample;
    if (byte >= 0xc0) return sample.subarray(0, sample.length - back);
  }
  return sample;
}

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isLowerCase = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x61 && byte <= 0x7a;

/** Not in use in windows-1252. */
const UNUSED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
/** Capitals that come after no small letter: in the encodings of old Macs these are `ä`, `é` and `ü`. */
const CAPITALS = new Set([0x8a, 0x8e, 0x9f]);
/** Letters and marks among the signs, which may stand inside a word. */
const IN_WORDS = new Set([0x83, 0x8c, 0x92, 0x9a, 0x9c, 0x9e, 0xaa, 0xad, 0xb4, 0xb5, 0xb7, 0xba]);

/** How many bytes at `i` are built as a character of UTF-8 beyond ASCII, be it a valid one or not; 0 for none. */
function utf8Length(sample: Uint8Array, i: number): number {
  const first = sample[i]!;
  if (first < 0xc0 || first >= 0xf8) return 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  for (let at = i + 1; at < i + length; at++) if ((sample[at]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** Whether the bytes beyond ASCII are what windows-1252 has them for, rather than UTF-8 with some damage, or others. */
function isWestern(sample: Uint8Array): boolean {
  let high = 0;
  let odd = 0;
  let utf8 = 0;
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i]!;
    if (byte < 0x80) continue;
    const length = utf8Length(sample, i);
    if (length > 0) {
      utf8++;
      i += length - 1;
      continue;
    }
    if (UNUSED.has(byte)) return false;
    high++;
    if (isOdd(byte, sample[i - 1], sample[i + 1])) odd++;
  }
  return utf8 < high && odd * 3 <= high;
}

/** Signs inside of words, and letters with accents all in a row, are those of another alphabet. */
function isOdd(byte: number, before: number | undefined, after: number | undefined): boolean {
  if (CAPITALS.has(byte)) return isLowerCase(before);
  if (byte < 0xc0) return !IN_WORDS.has(byte) && isLetter(before) && isLetter(after);
  return (before ?? 0) >= 0xc0 && (after ?? 0) >= 0xc0;
}

/** A text as UTF-8, with what is no character in it as UTF-8 has it for none. */
export function toUtf8(bytes: Uint8Array, encoding: CsvEncoding): Uint8Array {
  if (encoding === 'utf-8') return bytes;
  if (!isUtf16(encoding)) return Buffer.from(new TextDecoder(encoding).decode(bytes), 'utf8');
  const units = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  if (encoding === 'utf-16be') units.swap16();
  return utf8OfUnits(units.toString('utf16le'));
}

/** Halves of characters stay what they are, three bytes each: as anything else they would be read without a word. */
function utf8OfUnits(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  for (const character of text) {
    const unit = character.charCodeAt(0);
    const isHalf = character.length === 1 && unit >= 0xd800 && unit <= 0xdfff;
    parts.push(isHalf ? Buffer.of(0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}
