import { Scalar } from 'yaml';

/**
 * Where in the text of a YAML file a character of a scalar's value is written. YAML folds lines, strips indentation and
 * decodes escapes, but it never changes anything that is not white space; so characters are found again by counting
 * those that are not white space.
 * @param source the text of the whole file
 * @param offset of the character in the scalar's value; its length means the end of it
 * @returns an offset into `source`
 */
export function sourceOffset(source: string, scalar: Scalar<string>, offset: number): number {
  const range = scalar.range;
  if (!range) return 0;
  const before = countInk(scalar.value.slice(0, offset));
  const units = [...groupsOf(source, scalar, range[0], range[1])].filter(({ ink }) => ink);
  const unit = units[before];
  if (unit) return unit.start;
  const end = units.at(-1);
  return end ? end.end : range[0];
}

interface Unit {
  readonly start: number;
  readonly end: number;
  /** Whether it stands for something that is not white space. */
  readonly ink: boolean;
}

const isInk = (character: string): boolean => !/\s/.test(character);
const countInk = (text: string): number => text.replaceAll(/\s/g, '').length;

/** The written characters of a scalar, one for each UTF-16 unit of its value or for its white space. */
function* groupsOf(source: string, scalar: Scalar<string>, from: number, to: number): Generator<Unit> {
  switch (scalar.type) {
    case Scalar.QUOTE_DOUBLE:
      yield* doubleQuoted(source, from + 1, to - 1);
      break;
    case Scalar.QUOTE_SINGLE:
      yield* singleQuoted(source, from + 1, to - 1);
      break;
    case Scalar.BLOCK_LITERAL:
    case Scalar.BLOCK_FOLDED: {
      const header = source.indexOf('\n', from);
      yield* plain(source, header < 0 ? to : header + 1, to);
      break;
    }
    default:
      yield* plain(source, from, to);
  }
}

function* plain(source: string, from: number, to: number): Generator<Unit> {
  for (let i = from; i < to; i++) yield { start: i, end: i + 1, ink: isInk(source[i]!) };
}

function* singleQuoted(source: string, from: number, to: number): Generator<Unit> {
  for (let i = from; i < to; i++) {
    const length = source.startsWith("''", i) ? 2 : 1;
    yield { start: i, end: i + length, ink: isInk(source[i]!) };
    i += length - 1;
  }
}

const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };
/** Escapes that stand for white space: tab, line feed, vertical tab, form feed, return, space, NEL, NBSP, LS, PS. */
const WHITE_ESCAPES = new Set(['t', '\t', 'n', 'v', 'f', 'r', ' ', '_', 'L', 'P', '\n', '\r']);

function* doubleQuoted(source: string, from: number, to: number): Generator<Unit> {
  for (let i = from; i < to; i++) {
    if (source[i] !== '\\') {
      yield { start: i, end: i + 1, ink: isInk(source[i]!) };
      continue;
    }
    const letter = source[i + 1] ?? '';
    const digits = HEX_DIGITS[letter] ?? 0;
    const end = i + 2 + digits;
    if (digits > 0) {
      const decoded = decode(source.slice(i + 2, end));
      for (const unit of decoded.split('')) yield { start: i, end, ink: isInk(unit) };
    } else {
      yield { start: i, end, ink: !WHITE_ESCAPES.has(letter) };
    }
    i = end - 1;
  }
}

function decode(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}
