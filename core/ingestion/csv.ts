import { parse } from 'csv-parse/sync';
import { invalidEncoding } from './decode-json.ts';
import type { Refusal } from './record.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The fields of one row of a CSV file (RFC 4180), or why it cannot be read. */
export function csvFields(bytes: Uint8Array): string[] | Refusal {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return invalidEncoding;
  }
  try {
    return (parse(text, { relax_column_count: true }) as string[][])[0] ?? [];
  } catch {
    return {
      code: 'malformed',
      message: 'The row is not CSV: a quote is not closed, or stands inside a field',
      expected: 'RFC 4180',
    };
  }
}

/** A row as an object of column → text; empty fields are left out. */
export function csvRow(
  bytes: Uint8Array,
  header: readonly string[],
): Record<string, string> | { readonly refusal: Refusal } {
  const fields = csvFields(bytes);
  if (!Array.isArray(fields)) return { refusal: fields };
  if (fields.length !== header.length) {
    const found = `${fields.length} columns`;
    return {
      refusal: {
        code: 'malformed',
        message: `The row has ${found}, the header has ${header.length}`,
        expected: `${header.length} columns`,
        found,
      },
    };
  }
  return Object.fromEntries(header.flatMap((name, i) => (fields[i] === '' ? [] : [[name, fields[i]!] as const])));
}
