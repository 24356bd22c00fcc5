import type { Suppress } from '#core/governance/suppress.ts';
import { acceptRecord, examine, type IngestionMetadata } from '#core/ingestion/accept.ts';
import type { FileFormat } from '#core/ingestion/format.ts';
import { ingestionIdOf } from '#core/ingestion/ids.ts';
import type { Omission } from '#core/ingestion/mapping/mapped.ts';
import type { CompiledDataset, IngestionSettings } from '#core/ingestion/settings.ts';
import type { CsvDialect } from '#core/ingestion/text/csv-dialect.ts';
import { bytesOfRaw } from '#core/ingestion/text/decode-json.ts';
import { writeToLake } from '#core/lake/write.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { DecodedRecord, MaybeRaw, Position, Rejection } from '#core/record/record.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';
import { type IngestDeps, ingest } from './ingest.ts';
import { type QuarantineRow, type RawFormat, writeToQuarantine } from './quarantine/write.ts';

/** A record that was read and whose dataset is known; what happens next is the same for both endpoints. */
export interface ReceivedRecord extends Omit<IngestionMetadata, 'ingestionId'>, MaybeRaw, RawFormat {
  readonly datasetId: string;
  readonly position: Position;
  readonly entity: unknown;
  /** What came, where it has no text of its own and was mapped. */
  readonly original?: unknown;
  /** Values that its mapping has left out of it. */
  readonly omitted?: readonly Omission[];
  /** What the sender wants done with it; the dataset decides where it is omitted. */
  readonly operation?: RecordOperation;
  /** Why it could not be read, if so. */
  readonly rejection?: Rejection;
}

export interface ProcessDeps {
  readonly catalog: IngestionSettings;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly stitch: IngestDeps;
  readonly suppress: Suppress;
  /** Counts what accepted records say about activities; may be given the same ones again. @default nothing is counted */
  countActivities?(records: readonly AcceptedRecord[]): Promise<void>;
}

export interface Processed {
  readonly rejected: readonly QuarantineRow[];
  readonly outcomes: readonly (FoldOutcome & { readonly received: ReceivedRecord })[];
  /** To be given again. */
  readonly failed: readonly { readonly received: ReceivedRecord; readonly error: Error }[];
  /** Records whose links came later than the link history of their profile reaches. */
  readonly lateLinks: number;
}

/**
 * The way of a batch of records: validate, keep, stitch. Nothing is written of those that name a suppressed identity; of a
 * rejected one only that it came. Rejected records are in quarantine and accepted ones in the
 * lake before any profile is touched. Each record ends as rejected, as an outcome, or as failed.
 * What they say about activities is counted last: where that fails, all of them come again.
 * @param invocation names the batch, e.g. in the keys of the objects it is kept in
 */
export async function processRecords(
  received: readonly ReceivedRecord[],
  invocation: string,
  deps: ProcessDeps,
): Promise<Processed> {
  const validated = validate(received, deps.catalog);
  const rejected = await withoutSuppressed(validated.rejected, deps);
  const { accepted, suppressed } = await partSuppressed(validated.accepted, deps);
  await Promise.all([
    writeToQuarantine(deps.quarantine, invocation, rejected),
    writeToLake(deps.lake, invocation, accepted),
  ]);
  const { outcomes, failed, late } = await ingest(
    accepted.map(({ record }) => record),
    deps.stitch,
  );
  await deps.countActivities?.(outcomes.filter(({ duplicate }) => !duplicate).map(({ record }) => record));
  const origin = new Map(validated.accepted.map(({ record, received }) => [record, received]));
  return {
    rejected,
    outcomes: [...suppressed, ...outcomes].map((outcome) => ({ ...outcome, received: origin.get(outcome.record)! })),
    failed: failed.map(({ record, error }) => ({ received: origin.get(record)!, error })),
    lateLinks: late,
  };
}

interface Accepted {
  readonly record: AcceptedRecord;
  readonly received: ReceivedRecord;
}

/** Takes out what names a suppressed identity; each of these ends as an outcome of its own. */
export async function partSuppressed<T extends Pick<Accepted, 'record'>>(
  accepted: readonly T[],
  { suppress }: Pick<ProcessDeps, 'suppress'>,
): Promise<{ readonly accepted: readonly T[]; readonly suppressed: readonly FoldOutcome[] }> {
  const places = await suppress.records(accepted.map(({ record }) => record));
  if (places.size === 0) return { accepted, suppressed: [] };
  const suppressed = accepted.flatMap(({ record }, place): FoldOutcome[] =>
    places.has(place) ? [{ record, duplicate: false, withoutProfile: 'identity-suppressed' }] : [],
  );
  return { accepted: accepted.filter((_, place) => !places.has(place)), suppressed };
}

/** Of a rejected record that names a suppressed identity only that, where it came from. */
export async function withoutSuppressed(
  rejected: readonly QuarantineRow[],
  { suppress, catalog }: Pick<ProcessDeps, 'suppress' | 'catalog'>,
): Promise<readonly QuarantineRow[]> {
  if (rejected.length === 0) return rejected;
  const named = await suppress.texts(rejected.map((row) => Buffer.from(bytesOfRaw(row)).toString('utf8')));
  const read = await suppress.records(rejected.map((row) => candidateOf(row, catalog)));
  return rejected.map((row, place) => (named.has(place) || read.has(place) ? emptied(row) : row));
}

function candidateOf(row: QuarantineRow, { datasets }: IngestionSettings) {
  const { datasetId, receivedAt, raw } = row;
  const dataset = datasets.get(datasetId);
  const entity = readAs.get(row) ?? entityIn(raw);
  const identities = dataset ? dataset.identitiesOf(dataset.conversion.convert(entity)).identities : [];
  return { datasetId: '', identities, time: receivedAt, receivedAt };
}

/** What a rejected record was read as: in the raw text of one that was mapped, identities stand as its producer has them. */
const readAs = new WeakMap<QuarantineRow, unknown>();

/** What a rejected record may say of itself, where that is all there is: a message in its envelope, or a record of a file. */
function entityIn(raw: string): unknown {
  try {
    const value = JSON.parse(raw) as { readonly body?: { readonly xdmEntity?: unknown } } | null;
    return value?.body?.xdmEntity ?? value;
  } catch {
    return undefined;
  }
}

const SUPPRESSED: Rejection = {
  code: 'identity-suppressed',
  message: 'The record names an identity of a deleted person; nothing of it is stored',
};

const emptied = ({ datasetId, position, receivedAt, tieBreaker, format }: QuarantineRow): QuarantineRow => ({
  datasetId,
  position,
  receivedAt,
  tieBreaker,
  raw: '',
  rejections: [SUPPRESSED],
  ...(format && { format }),
});

/**
 * How many records are good, and why the others are not, with nothing ingested: of a record that is only counted, neither
 * its id nor its text is worked out.
 */
export function dryRun(
  received: readonly ReceivedRecord[],
  catalog: IngestionSettings,
): { readonly good: number; readonly rejected: readonly QuarantineRow[] } {
  const rejected: QuarantineRow[] = [];
  for (const candidate of received) {
    const dataset = datasetOf(candidate, catalog);
    const rejections =
      'rejections' in dataset ? dataset.rejections : examine(candidate.entity, dataset, candidate.operation).rejections;
    if (rejections) rejected.push(toQuarantine(candidate, rejections));
  }
  return { good: received.length - rejected.length, rejected };
}

/** Which records are good, as they are ingested, and why the others are not. */
export function validate(
  received: readonly ReceivedRecord[],
  catalog: IngestionSettings,
): { accepted: { record: AcceptedRecord; received: ReceivedRecord }[]; rejected: QuarantineRow[] } {
  const accepted: { record: AcceptedRecord; received: ReceivedRecord }[] = [];
  const rejected: QuarantineRow[] = [];
  for (const candidate of received) {
    const result = accept(candidate, catalog);
    if ('record' in result) accepted.push({ record: result.record, received: candidate });
    else rejected.push(toQuarantine(candidate, result.rejections));
  }
  return { accepted, rejected };
}

function accept(received: ReceivedRecord, catalog: IngestionSettings): ReturnType<typeof acceptRecord> {
  const dataset = datasetOf(received, catalog);
  if ('rejections' in dataset) return dataset;
  const { position, receivedAt, tieBreaker, operation } = received;
  const metadata = { receivedAt, tieBreaker, ingestionId: ingestionIdOf(position, receivedAt) };
  return acceptRecord(received.entity, dataset, metadata, operation);
}

/** The dataset of a record that could be read. */
function datasetOf(
  { datasetId, rejection }: ReceivedRecord,
  catalog: IngestionSettings,
): CompiledDataset | { readonly rejections: readonly Rejection[] } {
  if (rejection) return { rejections: [rejection] };
  return catalog.datasets.get(datasetId) ?? { rejections: [unknownDataset(catalog)] };
}

function toQuarantine(received: ReceivedRecord, rejections: readonly Rejection[]): QuarantineRow {
  const { entity, original, omitted: _omitted, operation: _operation, rejection: _rejection, raw, ...kept } = received;
  const row = { ...kept, raw: raw ?? JSON.stringify(original ?? entity), rejections };
  if (entity !== undefined) readAs.set(row, entity);
  return row;
}

/** A record of a file as it goes on: it becomes an entity by the dataset's mapping, in whatever form it is. */
export function receiveRow(
  decoded: DecodedRecord,
  dataset: CompiledDataset,
  format: FileFormat,
  metadata: Omit<IngestionMetadata, 'ingestionId'>,
  header?: readonly string[],
  csv?: CsvDialect,
): ReceivedRecord {
  const { position, raw } = decoded;
  const { receivedAt, tieBreaker } = metadata;
  // Written out: for every record of a file, copying one object into another would cost as much as reading it.
  const good = (entity: unknown): ReceivedRecord => {
    if (!header) return { datasetId: dataset.id, position, raw, format, receivedAt, tieBreaker, entity };
    return csv
      ? { datasetId: dataset.id, position, raw, format, receivedAt, tieBreaker, entity, header, csv }
      : { datasetId: dataset.id, position, raw, format, receivedAt, tieBreaker, entity, header };
  };
  const rejected = (rejection: Rejection): ReceivedRecord => ({
    ...good(undefined),
    ...(decoded.rawEncoding && { rawEncoding: decoded.rawEncoding }),
    rejection,
  });
  if (decoded.rejection) return rejected(decoded.rejection);
  const mapped =
    format === 'csv'
      ? dataset.mapRow(decoded.value as readonly string[], header ?? [])
      : dataset.mapObject(decoded.value);
  const received = mapped.rejection ? rejected(mapped.rejection) : good(mapped.value);
  const isChanged = raw === undefined && mapped.value !== decoded.value;
  if (!isChanged && !mapped.omitted) return received;
  return {
    ...received,
    ...(isChanged && { original: decoded.value }),
    ...(mapped.omitted && { omitted: mapped.omitted }),
  };
}

/** The rejection of a record or a file of a dataset that the catalog does not have. */
export const unknownDataset = (catalog: IngestionSettings): Rejection => ({
  code: 'unknown-dataset',
  message: 'No dataset of this id is in the catalog that is active; add it there, or correct the id',
  expected: [...catalog.datasets.keys()].join(', '),
});
