/** What a file may hold. */
export const FILE_FORMATS = ['ndjson', 'json', 'csv', 'parquet'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const SUFFIXES: Readonly<Record<string, FileFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
};

/** What users may write at the end of a file name. */
export const KNOWN_SUFFIXES = '.ndjson, .jsonl, .json, .csv, .tsv or .parquet, each also with .gz or .zst';

/**
 * What the name of a file says about its contents (aep.md §2.2); undefined when it says nothing we know. A `.json` may
 * hold an array, one object, or one object a line: `listChunks` looks. `gzip` are files that have to be unpacked from
 * their beginning, by gzip or zstd: which of the two, their first bytes say.
 */
export function formatOf(name: string): { readonly format: FileFormat; readonly gzip: boolean } | undefined {
  const match = /\.([a-z]+)(\.gz|\.zst)?$/i.exec(name);
  const suffix = match?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(SUFFIXES, suffix) ? { format: SUFFIXES[suffix]!, gzip: match?.[2] !== undefined } : undefined;
}

/** Whether the name of a file says that it is packed, whatever it holds. */
export const isPackedName = (name: string): boolean => /\.(?:gz|zst)$/i.test(name);
