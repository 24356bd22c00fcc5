import { formatOf } from './format.ts';

/** What tools that write many files put beside them, so that others pass over it. */
const OF_TOOLS: readonly { readonly is: RegExp; readonly what: string }[] = [
  { is: /_\$folder\$$/, what: 'the marker of a folder' },
  { is: /\.crc$/i, what: 'a checksum' },
  { is: /^(?:thumbs\.db|desktop\.ini|~\$.*)$/i, what: 'a file of the operating system or of an open document' },
  { is: /\.(?:csv|txt)\.metadata$/i, what: 'the description of a result of Athena' },
  { is: /manifest(?:\.checksum)?$/i, what: 'a list of files' },
];

/**
 * Why an object of the landing bucket holds no data: names that begin with `_` or `.` are hidden by the rule of Hadoop
 * (`_SUCCESS`, `_temporary/`, `.part.crc`), but not folders that name a value (`_day=2026-01-01`).
 * @param size bytes, where they are known
 * @returns what it is; undefined for a file of data
 */
export function whyIgnored(key: string, size: number | undefined): string | undefined {
  const all = key.split('/');
  // The first two are the folder of a dataset.
  const steps = all.slice(Math.min(2, all.length - 1));
  if (key.endsWith('/') && size === 0) return 'the marker of a folder';
  const hidden = steps.find((step) => /^[._]/.test(step) && !step.includes('='));
  if (hidden !== undefined) return `hidden by its name, as ${shown(hidden)}`;
  const name = steps.at(-1) ?? '';
  return OF_TOOLS.find(({ is }) => is.test(name))?.what;
}

/** Names may be long, and anybody's. */
const shown = (step: string): string => `${/^[._][A-Za-z]{1,12}/.exec(step)?.[0] ?? step[0]}…`;

/** Whether a file may be a list of others that came with them, which only its contents tell. */
export const mayBeManifest = (key: string): boolean =>
  /(?:^|[/._-])manifest\.json$/i.test(key) && formatOf(key)?.format === 'json';

/** Bytes by which that is told. */
export const MANIFEST_BYTES = 65_536;

/** @param head of the file: at most {@link MANIFEST_BYTES} */
export function isListOfFiles(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString('utf8');
  // Redshift: {"entries": [{"url": …}]}; QuickSight: {"fileLocations": …}; S3 Inventory: {"sourceBucket": …, "files": [{"key": …}]}.
  return (
    /^\s*\{\s*"entries"\s*:\s*\[\s*\{\s*"url"\s*:/.test(text) ||
    /^\s*\{\s*"fileLocations"\s*:/.test(text) ||
    (/^\s*\{\s*"sourceBucket"\s*:/.test(text) && text.includes('"destinationBucket"'))
  );
}
