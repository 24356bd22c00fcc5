import { createHash } from 'node:crypto';
import type { Person } from '#tests/producers/people.ts';

/** Columns of people, in their order. */
export const COLUMNS = [
  'id',
  'email',
  'first_name',
  'last_name',
  'note',
  'points',
  'revenue',
  'vip',
  'since',
  'birthday',
] as const satisfies readonly (keyof Person)[];

/** What Excel of a German computer saves as "CSV (Trennzeichen-getrennt)". */
export function excelCsv(people: readonly Person[], { withSep = false } = {}): Uint8Array {
  const cell = (value: Person[keyof Person], column: string): string => {
    if (value === null) return '';
    if (typeof value === 'boolean') return value ? 'WAHR' : 'FALSCH';
    if (column === 'revenue') return germanNumber(value as number);
    if (column === 'since') return germanInstant(value as string);
    if (column === 'birthday') return germanDay(value as string);
    return quotedIf(/[";\r\n]/.test(String(value)), String(value));
  };
  const rows = people.map((person) => COLUMNS.map((column) => cell(person[column], column)).join(';'));
  const lines = [...(withSep ? ['sep=;'] : []), COLUMNS.join(';'), ...rows];
  // A line that somebody has broken in a cell ends with a line feed alone.
  return windows1252(`${lines.join('\r\n')}\r\n`);
}

const quotedIf = (isNeeded: boolean, text: string): string => (isNeeded ? `"${text.replaceAll('"', '""')}"` : text);

/** `1.234,50`, as the format of a column with separators of thousands shows it. */
function germanNumber(value: number): string {
  const [whole, cents] = value.toFixed(2).split('.');
  return `${whole!.replaceAll(/\B(?=(\d{3})+$)/g, '.')},${cents}`;
}

const germanDay = (day: string): string => day.split('-').reverse().join('.');
const germanInstant = (instant: string): string => `${germanDay(instant.slice(0, 10))} ${instant.slice(11, 16)}`;

const WINDOWS_1252: Readonly<Record<string, number>> = { '€': 0x80, '–': 0x96, '’': 0x92 };

function windows1252(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => {
    const code = WINDOWS_1252[char] ?? char.codePointAt(0)!;
    if (code > 0xff) throw new Error('A character that windows-1252 does not have');
    return code;
  });
}

/** The folder that Spark writes with `.option("header", True).csv(…)`, in two parts and an empty one. */
export function sparkCsv(people: readonly Person[]): Map<string, Uint8Array> {
  const cell = (value: Person[keyof Person]): string => {
    if (value === null) return '';
    if (typeof value !== 'string') return String(value);
    // Seen with Spark 4.3: in quotes both quotes and backslashes are escaped, elsewhere a backslash is one.
    return /[",\r\n]/.test(value) ? `"${value.replaceAll(/[\\"]/g, '\\$&')}"` : value;
  };
  const part = (some: readonly Person[]): string =>
    [COLUMNS.join(','), ...some.map((person) => COLUMNS.map((column) => cell(person[column])).join(','))]
      .map((line) => `${line}\n`)
      .join('');
  const half = Math.ceil(people.length / 2);
  const contents = [part(people.slice(0, half)), part(people.slice(half)), ''];
  const job = createHash('sha256').update(contents.join('')).digest('hex').slice(0, 8);
  const files = new Map<string, Uint8Array>();
  for (const [n, content] of contents.entries()) {
    const name = `part-0000${n}-${job}-c000.csv`;
    files.set(name, Buffer.from(content));
    files.set(`.${name}.crc`, Buffer.from('crc\u0000\u0000\u0000\u0002\u0000'));
  }
  files.set('_SUCCESS', new Uint8Array());
  files.set('._SUCCESS.crc', Buffer.from('crc\u0000'));
  return files;
}
