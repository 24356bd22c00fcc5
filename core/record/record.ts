/** Where a record came from: enough for a person to find it again. */
export interface Position {
  /** `kinesis:<shard>` or the key of the file. */
  readonly source: string;
  /** Kinesis: the sequence number. */
  readonly sequenceNumber?: string;
  /** Kinesis: which of several records in one Kinesis record it is, from 0; as the KCL calls it. */
  readonly subSequenceNumber?: number;
  /** Files: 1-based number of the record; the header of a CSV is not counted. */
  readonly row?: number;
}

/** Why a record or a file was rejected. `code` is stable, `message` is for people and never contains personal data. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly message: string;
  /** CSV: the column that could not become the field at `pointer`. */
  readonly column?: string;
  /** JSON pointer to the place inside the record. */
  readonly pointer?: string;
  readonly expected?: string;
  /** The type or the class of what was found, never the value itself. */
  readonly found?: string;
}

export const REJECTION_CODES = [
  'malformed', // not JSON, a broken CSV row
  'invalid-encoding', // not UTF-8
  'too-large',
  'too-deep',
  'too-complex', // would take too many steps to validate
  'invalid-envelope',
  'unknown-dataset',
  'schema-mismatch', // envelope and dataset name different schemas
  'schema-violation',
  'mapping-failed',
  'system-owned-field', // segmentMembership
  'unknown-namespace',
  'unsupported-format', // files: the suffix says nothing we know
  'wrong-format', // files: not what the name says
  'corrupt-file', // files: gzip or parquet that can't be read
  'empty-file', // files: of a batch that is to replace others
  'overwritten-before-read', // files: another lies in its place
  'removed-before-read', // files
  'invalid-header', // files: also where a column of the mapping is missing
  'ambiguous-format', // files: it can be read in two ways that do not mean the same
  'identity-suppressed', // it names somebody who was deleted
  'batch-failed', // files: too many of the batch's records were rejected
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** The bytes of a record as they came: as text, or in base64 where they are no UTF-8. */
export interface Raw {
  readonly raw: string;
  readonly rawEncoding?: 'base64';
}

/** The same of a record that may have no text of its own, as rows of Parquet have none: it is kept as JSON. */
export interface MaybeRaw extends Pick<Raw, 'rawEncoding'> {
  readonly raw?: string | undefined;
}

/** One record as it came out of a file, or the reason why it could not be read. */
export type DecodedRecord = { readonly position: Position } & (
  | (MaybeRaw & {
      /** Of a row of CSV its cells, in the order of the header. */
      readonly value: unknown;
      readonly rejection?: undefined;
      /** About how long its text would be, where it has none. */
      readonly characters?: number;
    })
  | (Raw & { readonly rejection: Rejection; readonly characters?: undefined })
);

/** The whole file is rejected: nothing in it can be used. */
export class FileRejectedError extends Error {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    super(rejection.message);
    this.name = 'FileRejectedError';
    this.rejection = rejection;
  }
}

/** A record is larger than this, in bytes of its text: rejected (aep.md §2.1). */
export const MAX_RECORD_BYTES = 1_048_576;
/** A record is nested deeper than this: rejected before it is validated. */
export const MAX_DEPTH = 64;
