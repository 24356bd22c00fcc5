/** Numbers and their texts, where neither loses anything by becoming the other. */

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
/** Digits beyond it are more than any double has; so no text takes long. */
const MAX_LENGTH = 64;

/**
 * The number that a text writes, if the number written back has the same value: `"120.50"` is 120.5, and `"0.1"` is 0.1.
 * @returns undefined for what is no number, such as `1,5`, or has more digits than one keeps
 */
export function numberOf(text: string): number | undefined {
  const trimmed = text.length > MAX_LENGTH ? text : text.trim();
  const value = decimalIn(trimmed);
  if (value === undefined) return undefined;
  const number = Number(trimmed);
  // Zero has no sign in JSON.
  return Number.isFinite(number) && decimalIn(String(number)) === value ? number + 0 : undefined;
}

/** The same where the number is whole and exact. */
export function integerOf(text: string): number | undefined {
  const number = numberOf(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A decimal number without zeros that say nothing, so that texts of the same value are the same. */
function decimalIn(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const digits = whole + fraction;
  if (digits === '') return undefined;
  let [start, end] = [0, digits.length];
  while (start < end && digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  if (start === end) return '0';
  const power = Number(exponent) - fraction.length + digits.length - end;
  return `${sign === '-' ? '-' : ''}${digits.slice(start, end)}e${power}`;
}

/** A finite number in decimal digits, all of them: 1e21 has 22. */
export function decimalText(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [mantissa, exponent] = text.split('e') as [string, string];
  const sign = mantissa.startsWith('-') ? '-' : '';
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${mantissa.replace(/[-.]/g, '')}`;
}
