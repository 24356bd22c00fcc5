import type { Omission } from '#core/ingestion/mapping/mapped.ts';
import type { CompiledDataset, IngestionSettings } from '#core/ingestion/settings.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import type { OmittedIdentity } from '#core/record/omitted-identity.ts';
import { type DecodedRecord, FileRejectedError, type Rejection } from '#core/record/record.ts';
import { validate } from './process.ts';
import { type ChunkWindow, type FileNotes, type ReceivedOfFile, receiveFile } from './receive-file.ts';

/** One of the first records, before and after. */
export interface MappedRecord {
  readonly row: number;
  /** As it was read; nothing of one that can't be. */
  readonly before?: unknown;
  /** As it would be ingested: mapped, converted and validated. */
  readonly after?: unknown;
  readonly rejections?: readonly Rejection[];
  readonly omitted?: readonly Omission[];
  /** Values that are no identities of the record, although they stand where one belongs. */
  readonly identitiesOmitted?: readonly Pick<OmittedIdentity, 'namespace' | 'reason'>[];
}

/** Where, and why, values were rejected or omitted, and in how many records. */
export interface Reason {
  readonly outcome: 'rejected' | 'omitted' | 'identity omitted';
  readonly reason: string;
  /** Of an identity its namespace. */
  readonly column?: string | undefined;
  readonly pointer?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly records: number;
  /** The first of them. */
  readonly firstRow: number;
}

/** What would come of a file: what `mapping test` tells. */
export interface MappingReport {
  readonly dataset: string;
  readonly records: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Values that were left out of records that are accepted. */
  readonly omitted: number;
  readonly identitiesOmitted: number;
  readonly detected?: Readonly<Record<string, string>>;
  /** Why the file, or the rest of it, can't be read. */
  readonly rejection?: Rejection;
  readonly first: readonly MappedRecord[];
  /** The most frequent first. */
  readonly reasons: readonly Reason[];
}

const MAX_REASONS = 1_000;

/**
 * Maps the records of a file as the stage does, and tells what comes of them. Nothing is stored.
 * @param rows how many of the first records are shown
 * @param window which part of a large file is read; all of it where it is omitted
 */
export async function testMapping(
  source: ByteSource,
  dataset: CompiledDataset,
  catalog: IngestionSettings,
  rows: number,
  window?: ChunkWindow,
): Promise<MappingReport> {
  const notes: FileNotes = { repeatedHeaders: 0 };
  const counter = new Counter();
  const first: MappedRecord[] = [];
  let rejection: Rejection | undefined;
  try {
    for await (const of of receiveFile(source, dataset, 0, String, notes, window)) {
      const record = mappedOf(of, catalog);
      counter.add(record);
      if (first.length < rows) first.push(record);
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    rejection = error.rejection;
  }
  return {
    dataset: dataset.id,
    ...counter.counts,
    ...(notes.detected && { detected: notes.detected }),
    ...(rejection && { rejection }),
    first,
    reasons: counter.reasons(),
  };
}

function mappedOf({ decoded, header, received }: ReceivedOfFile, catalog: IngestionSettings): MappedRecord {
  const { accepted, rejected } = validate([received], catalog);
  const record = accepted[0]?.record;
  const { row = 0 } = decoded.position;
  const before = beforeOf(decoded, header);
  if (!record) return { row, ...before, rejections: rejected[0]!.rejections };
  return {
    row,
    ...before,
    after: record.entity,
    ...(received.omitted && { omitted: received.omitted }),
    ...(record.omitted && {
      identitiesOmitted: record.omitted.map(({ namespace, reason }) => ({ namespace, reason })),
    }),
  };
}

function beforeOf(decoded: DecodedRecord, header: readonly string[] | undefined): { readonly before?: unknown } {
  if (decoded.rejection) return {};
  const { value } = decoded;
  if (!header) return { before: value };
  return { before: Object.fromEntries(header.map((name, i) => [name, (value as readonly unknown[])[i]])) };
}

/** Counts what is the same in one line; a file that has another fault in every record does not fill the memory. */
class Counter {
  readonly counts = { records: 0, accepted: 0, rejected: 0, omitted: 0, identitiesOmitted: 0 };
  readonly #byKey = new Map<string, { -readonly [K in keyof Reason]: Reason[K] }>();

  add({ row, rejections, omitted = [], identitiesOmitted = [] }: MappedRecord): void {
    this.counts.records += 1;
    this.counts[rejections ? 'rejected' : 'accepted'] += 1;
    this.counts.omitted += omitted.length;
    this.counts.identitiesOmitted += identitiesOmitted.length;
    for (const { code, column, pointer, expected, found } of rejections ?? []) {
      this.#count({ outcome: 'rejected', reason: code, column, pointer, expected, found }, row);
    }
    for (const { reason, column, pointer } of omitted)
      this.#count({ outcome: 'omitted', reason, column, pointer }, row);
    for (const { namespace, reason } of identitiesOmitted) {
      this.#count({ outcome: 'identity omitted', reason, column: namespace }, row);
    }
  }

  #count(what: Omit<Reason, 'records' | 'firstRow'>, row: number): void {
    const key = JSON.stringify(Object.values(what));
    const known = this.#byKey.get(key);
    if (known) known.records += 1;
    else if (this.#byKey.size < MAX_REASONS) this.#byKey.set(key, { ...what, records: 1, firstRow: row });
  }

  reasons(): readonly Reason[] {
    return [...this.#byKey.values()].sort((a, b) => b.records - a.records || a.firstRow - b.firstRow);
  }
}
