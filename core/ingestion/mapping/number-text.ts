import { isExact } from '../text/lossless.ts';

/** How people write numbers: the mark before the fraction, and what may stand between groups of three digits. */
export interface NumberMarks {
  readonly decimal: string;
  readonly thousands?: string;
}

const MARKS = ['.', ',', ' ', "'", '_'];
/** What tables have for a blank that does not break. */
const BLANKS = /[\u00a0\u202f\u2009]/g;

/**
 * Compiles a reader of numbers such as `1.234,50`.
 * @returns undefined for a text that is no such number, or one that no double is
 * @throws Error when the marks can't be told apart
 */
export function numberReader({ decimal, thousands }: NumberMarks): (text: string) => number | undefined {
  if (decimal !== '.' && decimal !== ',') throw new Error('the decimal mark is "." or ","');
  if (thousands !== undefined && (!MARKS.includes(thousands) || thousands === decimal))
    throw new Error(
      `the mark between thousands is one of ${MARKS.map((mark) => `"${mark}"`).join(' ')}, not the decimal mark`,
    );
  const point = `\\${decimal}`;
  const between = thousands === undefined ? undefined : escaped(thousands);
  const whole = between === undefined ? '\\d+' : `(?:\\d{1,3}(?:${between}\\d{3})+|\\d+)`;
  const pattern = new RegExp(`^[+-]?(?:${whole}(?:${point}\\d*)?|${point}\\d+)(?:[eE][+-]?\\d+)?$`);
  return (text) => {
    const trimmed = text.replaceAll(BLANKS, ' ').trim();
    if (!pattern.test(trimmed)) return undefined;
    const plain = (thousands === undefined ? trimmed : trimmed.replaceAll(thousands, '')).replace(decimal, '.');
    const value = Number(plain);
    return Number.isFinite(value) && isExact(plain, value) ? value : undefined;
  };
}

const escaped = (mark: string): string => (mark === '.' ? '\\.' : mark);
