export type FileFormat = 'ndjson' | 'json' | 'csv' | 'parquet';

const SUFFIXES: Readonly<Record<string, FileFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
  parquet: 'parquet',
};

/** What users may write at the end of a file name. */
export const KNOWN_SUFFIXES = '.ndjson, .jsonl, .json, .csv or .parquet, each also with .gz';

/**
 * What the name of a file says about its contents (aep.md §2.2); undefined when it says nothing we know. A `.json` may
 * hold an array, one object, or one object a line: `planChunks` looks.
 */
export function formatOf(name: string): { readonly format: FileFormat; readonly gzip: boolean } | undefined {
  const match = /\.([a-z]+)(\.gz)?$/i.exec(name);
  const suffix = match?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(SUFFIXES, suffix) ? { format: SUFFIXES[suffix]!, gzip: match?.[2] !== undefined } : undefined;
}
