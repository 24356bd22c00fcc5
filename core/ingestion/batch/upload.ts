import { z } from 'zod';
import type { ObjectVersion } from '#core/ports/object-store.ts';
import { formatOf } from '../format.ts';
import { LANDING_PREFIX } from '../landing.ts';
import type { CsvSettings } from '../text/csv-settings.ts';

/**
 * A batch that is being uploaded through the batch API (aep.md §2.2) lies in the landing bucket beside the files that
 * are ingested at once: `uploads/<batchId>/batch.json` says what it is, below `files/` lie its files. What was done with
 * it is in the books (`BatchTransitions`). Nothing of it is looked at before it is complete; then one small object at
 * `landing/<datasetId>/` names all of them, each with its version, as one batch.
 */

/** What `batch.json` holds. */
export interface Upload {
  readonly id: string;
  readonly datasetId: string;
  readonly format: BatchFormat;
  /** How its client says that its CSV files are written. */
  readonly csv?: Partial<CsvSettings> | undefined;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly externalId?: string | undefined;
  readonly enableErrorDiagnostics?: boolean | undefined;
  readonly partialIngestionPercentage?: number | undefined;
  /** Batches that are taken back once this one has been ingested. */
  readonly replaces?: readonly string[] | undefined;
  /** The source connection that created it. */
  readonly createdBy?: string | undefined;
  /** What the client called its organisation and its sandbox; told again, and nothing else. */
  readonly imsOrg?: string | undefined;
  readonly sandbox?: string | undefined;
}

/** Which object under a key is meant: see `ObjectVersion`. */
export const objectVersion = z.strictObject({ etag: z.string(), versionId: z.string().optional() });

/** A file of a batch, as it was when the batch was completed. */
export interface BatchFile {
  readonly key: string;
  /** Unknown in manifests of before. */
  readonly version?: ObjectVersion | undefined;
}

const batchFile = z.union([
  z.string().transform((key): BatchFile => ({ key })),
  z.object({ key: z.string(), version: objectVersion }),
]);

/** The object that names the files of a complete batch. */
export const batchManifest = z.object({
  batchId: z.string().min(1),
  /** Epoch ms: when it was completed the first time. */
  completedAt: z.number(),
  partialIngestionPercentage: z.number().optional(),
  replaces: z.array(z.string()).optional(),
  csv: z.custom<Partial<CsvSettings>>((value) => typeof value === 'object' && value !== null).optional(),
  files: z.array(batchFile).min(1),
});
export type BatchManifest = z.output<typeof batchManifest>;

/** What an object says that is named like one; undefined when it is none, or names files that are not its own. */
export function readManifest(bytes: Uint8Array): BatchManifest | undefined {
  try {
    const manifest = batchManifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return manifest.files.every(({ key }) => key.startsWith(filesPrefix(manifest.batchId))) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

const MANIFEST_SUFFIX = '.tributary-batch';
/** Whether an object of the landing bucket announces a batch of the batch API, instead of being a file. */
export const isManifest = (key: string): boolean => key.endsWith(MANIFEST_SUFFIX);
/** Where the announcement of a batch lies. */
export const manifestKey = ({ id, datasetId }: Upload): string =>
  `${LANDING_PREFIX}${datasetId}/${id}${MANIFEST_SUFFIX}`;

/** The batch that a manifest is of, by its name alone. */
export const idInManifestKey = (key: string): string =>
  key.slice(key.lastIndexOf('/') + 1, key.length - MANIFEST_SUFFIX.length);

const PREFIX = 'uploads/';
/** What the keys of all objects of a batch begin with. */
export const uploadPrefix = (batchId: string): string => `${PREFIX}${batchId}/`;
/** Where it is written what a batch is. */
export const uploadKey = (batchId: string): string => `${uploadPrefix(batchId)}batch.json`;
/**
 * Batches in the order of their time, the newest first, so that a list of them need not look at the others: a key says
 * when a batch was made, and of which dataset. Those that were made by the batch API lie apart from those that are files of
 * the landing bucket: the former are there before they have files.
 */
export const INDEX_PREFIXES = { uploads: 'uploads-by-time/', files: 'files-by-time/' } as const;
export type IndexedBatch = Pick<Upload, 'id' | 'datasetId' | 'createdAt'>;
const LAST_TIME = 9_999_999_999_999;
/** The key by which a batch is found in the order of time. */
export const indexKey = (kind: keyof typeof INDEX_PREFIXES, { id, datasetId, createdAt }: IndexedBatch): string =>
  `${INDEX_PREFIXES[kind]}${String(LAST_TIME - createdAt).padStart(13, '0')}/${encodeURIComponent(datasetId)}/${id}`;
/** Inverse of {@link indexKey}; `createdAt` in epoch ms. */
export function parseIndexKey(key: string): IndexedBatch {
  const [, time, datasetId = '', id = ''] = key.split('/');
  return { id, datasetId: decodeURIComponent(datasetId), createdAt: LAST_TIME - Number(time) };
}

/** What the keys of all files of a batch begin with. */
export const filesPrefix = (batchId: string): string => `${PREFIX}${batchId}/files/`;

/** Where a file of the batch lies; its name ends as its format is written, whatever it was called. */
export function fileKey({ id, format }: Upload, name: string): string {
  const known = formatOf(name)?.format;
  const isRight = known === format || (known === 'ndjson' && format === 'json');
  return `${filesPrefix(id)}${encodeURIComponent(name)}${isRight ? '' : `.${format}`}`;
}

/** Longest key of a file: S3 takes 1,024 bytes, and those of its parts are longer. */
export const MAX_KEY_BYTES = 960;

/** What people called the file that lies at a key. */
export function fileNameOf(key: string): string {
  const [, encoded] = /^uploads\/[^/]+\/files\/(.+)$/.exec(key) ?? [];
  return encoded === undefined ? key : decodeURIComponent(encoded.replace(new RegExp(`\\${PARTS_SUFFIX}$`), ''));
}

/** A file that comes in parts: one object a part, and after its last one a list of them in place of the file. */
export const PARTS_SUFFIX = '.parts';
/** What the keys of the parts of a file begin with. @param file key of the file */
export const partsPrefix = (file: string): string => `${file.replace('/files/', '/parts/')}/`;
/** Where the parts of all files of a batch lie. */
export const allPartsPrefix = (batchId: string): string => `${PREFIX}${batchId}/parts/`;
/** The key of the file that a part is of. @param key of the part */
export const fileOfPart = (key: string): string => key.slice(0, key.lastIndexOf('/')).replace('/parts/', '/files/');
/** Where a part of a file lies: its name says which bytes it has. @param file key of the file */
export const partKey = (file: string, { start, end, of }: ByteRange): string =>
  `${partsPrefix(file)}${padded(start)}-${padded(end)}${of === undefined ? '' : `-${of}`}`;
/** Whether an object stands for a file that came in parts: only below `uploads/`, what people call theirs is their own. */
export const isPartList = (key: string): boolean => key.startsWith(PREFIX) && key.endsWith(PARTS_SUFFIX);

const padded = (offset: number): string => String(offset).padStart(15, '0');

export interface ByteRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  /** How many bytes the whole file has, where that is said. */
  readonly of?: number;
}

/**
 * `Content-Range: bytes 0-99/200`; undefined when it is something else, not as long as the body, or beyond the end of the file.
 */
export function parseContentRange(header: string | undefined, length: number): ByteRange | undefined {
  const [, first, last, of] = /^bytes[ =](\d{1,15})-(\d{1,15})(?:\/(\d{1,15}|\*))?$/i.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined) return undefined;
  const range = { start: Number(first), end: Number(last) + 1, ...(of && of !== '*' && { of: Number(of) }) };
  return range.end - range.start === length && range.end <= (range.of ?? range.end) ? range : undefined;
}

/** The range of a part, from its key. */
export function rangeOfPart(key: string): ByteRange {
  const [start, end, of] = key.slice(key.lastIndexOf('/') + 1).split('-');
  return { start: Number(start), end: Number(end), ...(of !== undefined && { of: Number(of) }) };
}

/** Most parts of one file that addresses are given for, and most bytes of each (S3 takes no more at once). */
export const MAX_PARTS = 1_000;
export const MAX_PART_BYTES = 5 * 2 ** 30;
const PART_BYTES = 256 * 2 ** 20;

/**
 * The ranges in which a file of a known size is sent. @returns what is wrong with the request, as text
 * @param size how many bytes, and `partSize` of a part, as digits
 */
export function rangesOf(size: string, partSize: string = String(PART_BYTES)): ByteRange[] | string {
  const [total, step] = [size, partSize].map((text) => (/^\d{1,15}$/.test(text) ? Number(text) : 0)) as [
    number,
    number,
  ];
  if (total < 1) return 'size: expected a whole number of bytes above 0';
  if (step < 1 || step > MAX_PART_BYTES) return `partSize: expected a whole number of bytes, at most ${MAX_PART_BYTES}`;
  const count = Math.ceil(total / step);
  if (count > MAX_PARTS)
    return `partSize: these are ${count} parts, at most ${MAX_PARTS} are possible; make them larger`;
  return Array.from({ length: count }, (_, i) => ({
    start: i * step,
    end: Math.min((i + 1) * step, total),
    of: total,
  }));
}

/** Where parts in order of their beginning leave a gap, overlap or end too early; undefined when they make a file. */
export function parseErrorOfParts(parts: readonly ByteRange[]): string | undefined {
  if (parts.length === 0) return 'there are no parts';
  let at = 0;
  for (const { start, end } of parts) {
    if (start > at) return `bytes ${at} to ${start - 1} are missing`;
    if (start < at) return `the part that begins at byte ${start} overlaps the one before it`;
    at = end;
  }
  const sizes = [...new Set(parts.flatMap(({ of = [] }) => of))].sort((x, y) => x - y);
  if (sizes.length > 1) return `they are of files of different sizes, ${sizes.join(' and ')} bytes`;
  return at < (sizes[0] ?? at) ? `bytes ${at} to ${sizes[0]! - 1} are missing` : undefined;
}

/** What `inputFormat.format` may be; without it AEP takes files for Parquet, its first format. */
export const BATCH_FORMATS = ['json', 'csv', 'parquet'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];
