import { type Arrival, acceptRecord, examine } from '#core/ingestion/accept.ts';
import type { FileFormat } from '#core/ingestion/format.ts';
import { arrivalId } from '#core/ingestion/ids.ts';
import type { CompiledDataset, IngestionSettings } from '#core/ingestion/settings.ts';
import { keepInLake } from '#core/lake/keep.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { DecodedRecord, MaybeRaw, Position, Refusal } from '#core/record/record.ts';
import type { RecordOperation } from '#core/record/record-operation.ts';
import { keepInQuarantine, type QuarantineRow, type RawFormat } from './quarantine/keep.ts';
import { type TakeInDeps, takeIn } from './take-in.ts';

/** A record that was read and whose dataset is known; what happens next is the same for both doors. */
export interface ReceivedRecord extends Omit<Arrival, 'arrival'>, MaybeRaw, RawFormat {
  readonly datasetId: string;
  readonly position: Position;
  readonly entity: unknown;
  /** What the sender wants done with it; the dataset decides where it is left out. */
  readonly operation?: RecordOperation;
  /** Why it could not be read, if so. */
  readonly refusal?: Refusal;
}

export interface ProcessDeps {
  readonly catalog: IngestionSettings;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly stitch: TakeInDeps;
}

export interface Processed {
  readonly refused: readonly QuarantineRow[];
  readonly outcomes: readonly (FoldOutcome & { readonly received: ReceivedRecord })[];
  /** To be given again. */
  readonly failed: readonly { readonly received: ReceivedRecord; readonly error: Error }[];
  /** Records whose links came later than the evidence of their profile reaches. */
  readonly lateLinks: number;
}

/**
 * The way of a batch of records: validate, keep, stitch. Refused records are in quarantine and accepted ones in the
 * lake before any profile is touched. Each record ends as refused, as an outcome, or as failed.
 * @param part names the batch, e.g. in the keys of the objects it is kept in
 */
export async function processRecords(
  received: readonly ReceivedRecord[],
  part: string,
  deps: ProcessDeps,
): Promise<Processed> {
  const { accepted, refused } = validate(received, deps.catalog);
  await Promise.all([keepInQuarantine(deps.quarantine, part, refused), keepInLake(deps.lake, part, accepted)]);
  const { outcomes, failed, late } = await takeIn(
    accepted.map(({ record }) => record),
    deps.stitch,
  );
  const origin = new Map(accepted.map(({ record, arrival }) => [record, arrival]));
  return {
    refused,
    outcomes: outcomes.map((outcome) => ({ ...outcome, received: origin.get(outcome.record)! })),
    failed: failed.map(({ record, error }) => ({ received: origin.get(record)!, error })),
    lateLinks: late,
  };
}

/**
 * How many records are good, and why the others are not, with nothing taken in: of a record that is only counted, neither
 * its id nor its text is worked out.
 */
export function look(
  received: readonly ReceivedRecord[],
  catalog: IngestionSettings,
): { readonly good: number; readonly refused: readonly QuarantineRow[] } {
  const refused: QuarantineRow[] = [];
  for (const candidate of received) {
    const dataset = datasetOf(candidate, catalog);
    const refusals =
      'refusals' in dataset ? dataset.refusals : examine(candidate.entity, dataset, candidate.operation).refusals;
    if (refusals) refused.push(toQuarantine(candidate, refusals));
  }
  return { good: received.length - refused.length, refused };
}

/** Which records are good, as they are taken in, and why the others are not. */
export function validate(
  received: readonly ReceivedRecord[],
  catalog: IngestionSettings,
): { accepted: { record: AcceptedRecord; arrival: ReceivedRecord }[]; refused: QuarantineRow[] } {
  const accepted: { record: AcceptedRecord; arrival: ReceivedRecord }[] = [];
  const refused: QuarantineRow[] = [];
  for (const candidate of received) {
    const result = accept(candidate, catalog);
    if ('record' in result) accepted.push({ record: result.record, arrival: candidate });
    else refused.push(toQuarantine(candidate, result.refusals));
  }
  return { accepted, refused };
}

function accept(received: ReceivedRecord, catalog: IngestionSettings): ReturnType<typeof acceptRecord> {
  const dataset = datasetOf(received, catalog);
  if ('refusals' in dataset) return dataset;
  const { position, receivedAt, tie, operation } = received;
  const arrival = { receivedAt, tie, arrival: arrivalId(position, receivedAt) };
  return acceptRecord(received.entity, dataset, arrival, operation);
}

/** The dataset of a record that could be read. */
function datasetOf(
  { datasetId, refusal }: ReceivedRecord,
  catalog: IngestionSettings,
): CompiledDataset | { readonly refusals: readonly Refusal[] } {
  if (refusal) return { refusals: [refusal] };
  return catalog.datasets.get(datasetId) ?? { refusals: [unknownDataset(catalog)] };
}

function toQuarantine(received: ReceivedRecord, refusals: readonly Refusal[]): QuarantineRow {
  const { entity, operation: _operation, refusal: _refusal, raw, ...kept } = received;
  return { ...kept, raw: raw ?? JSON.stringify(entity), refusals };
}

/**
 * A record of a file as it goes on: the row of a CSV file becomes a record by the dataset's mapping.
 */
export function receiveRow(
  decoded: DecodedRecord,
  dataset: CompiledDataset,
  format: FileFormat,
  arrival: Omit<Arrival, 'arrival'>,
  header?: readonly string[],
): ReceivedRecord {
  const { position, raw } = decoded;
  const { receivedAt, tie } = arrival;
  // Written out: for every record of a file, copying one object into another would cost as much as reading it.
  const good = (entity: unknown): ReceivedRecord =>
    header
      ? { datasetId: dataset.id, position, raw, format, receivedAt, tie, entity, header }
      : { datasetId: dataset.id, position, raw, format, receivedAt, tie, entity };
  const refused = (refusal: Refusal): ReceivedRecord => ({
    ...good(undefined),
    ...(decoded.rawEncoding && { rawEncoding: decoded.rawEncoding }),
    refusal,
  });
  if (decoded.refusal) return refused(decoded.refusal);
  if (format !== 'csv') return good(decoded.value);
  const mapped = dataset.mapRow(decoded.value as readonly string[], header ?? []);
  return 'refusal' in mapped ? refused(mapped.refusal) : good(mapped.value);
}

/** The refusal of a record or a file of a dataset that the catalog does not have. */
export const unknownDataset = (catalog: IngestionSettings): Refusal => ({
  code: 'unknown-dataset',
  message: 'No dataset of this id is in the catalog that is in force; add it there, or correct the id',
  expected: [...catalog.datasets.keys()].join(', '),
});
