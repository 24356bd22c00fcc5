import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Example, type ExampleOptions, generateExample } from './generate.ts';
import type { DatasetId, Row } from './records.ts';

/** The file of each dataset. */
export const EXAMPLE_FILES: Readonly<Record<DatasetId, string>> = {
  'web-events': 'web-events.ndjson',
  logins: 'logins.ndjson',
  customers: 'customers.csv',
  'store-orders': 'store-orders.csv',
  regions: 'regions.ndjson',
};

/** The text of each file of an example, damaged lines included. */
export function exampleFiles(example: Example): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [id, name] of Object.entries(EXAMPLE_FILES) as [DatasetId, string][]) {
    const lines = name.endsWith('.csv')
      ? csvLines(example[id] as readonly Row[])
      : example[id].map((record) => JSON.stringify(record));
    files.set(name, [...lines, ...example.damagedLines[id], ''].join('\n'));
  }
  return files;
}

/** Writes the files of an example into a folder, which is made if need be, and says what must come of them. */
export async function writeExample(folder: string, options: ExampleOptions): Promise<Example> {
  const example = generateExample(options);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of exampleFiles(example)) await writeFile(join(folder, name), text);
  return example;
}

function csvLines(rows: readonly Row[]): string[] {
  const columns = Object.keys(rows[0] ?? {});
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) =>
    cells.map(quoted).join(','),
  );
}

/** RFC 4180. */
const quoted = (cell: string): string => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
