import type { CompiledCatalog, CompiledDataset } from '#core/catalog/compile.ts';
import { keepInLake } from '#core/lake/keep.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import type { RecordOperation } from '#core/profile/fragment.ts';
import { type Arrival, acceptRecord, arrivalId } from './accept.ts';
import type { AcceptedRecord } from './accepted-record.ts';
import type { FileFormat } from './format.ts';
import { keepInQuarantine, type QuarantineRow, type RawFormat } from './quarantine/keep.ts';
import type { DecodedRecord, Position, Raw, Refusal } from './record.ts';
import { type TakeInDeps, takeIn } from './take-in.ts';

/** A record that was read and whose dataset is known; what happens next is the same for both doors. */
export interface ReceivedRecord extends Omit<Arrival, 'arrival'>, Raw, RawFormat {
  readonly datasetId: string;
  readonly position: Position;
  readonly entity: unknown;
  /** What the sender wants done with it; the dataset decides where it is left out. */
  readonly operation?: RecordOperation;
  /** Why it could not be read, if so. */
  readonly refusal?: Refusal;
  /** The entity as JSON, where it has been written down already. */
  readonly json?: string;
}

export interface ProcessDeps {
  readonly catalog: CompiledCatalog;
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

/** Which records are good, and why the others are not. */
export function validate(
  received: readonly ReceivedRecord[],
  catalog: CompiledCatalog,
): { accepted: { record: AcceptedRecord; arrival: ReceivedRecord }[]; refused: QuarantineRow[] } {
  const accepted: { record: AcceptedRecord; arrival: ReceivedRecord }[] = [];
  const refused: QuarantineRow[] = [];
  for (const candidate of received) {
    const result = accept(candidate, catalog);
    if ('record' in result) accepted.push({ record: result.record, arrival: candidate });
    else {
      const { entity: _entity, operation: _operation, refusal: _refusal, json: _json, ...kept } = candidate;
      refused.push({ ...kept, refusals: result.refusals });
    }
  }
  return { accepted, refused };
}

function accept(received: ReceivedRecord, catalog: CompiledCatalog): ReturnType<typeof acceptRecord> {
  if (received.refusal) return { refusals: [received.refusal] };
  const dataset = catalog.datasets.get(received.datasetId);
  if (!dataset) return { refusals: [unknownDataset(catalog)] };
  const { position, receivedAt, tie, operation } = received;
  const arrival = { receivedAt, tie, arrival: arrivalId(position, receivedAt) };
  return acceptRecord(received.entity, dataset, arrival, operation, received.json);
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
  const { position, raw, rawEncoding } = decoded;
  const { receivedAt, tie } = arrival;
  const row = (entity: unknown, refusal?: Refusal): ReceivedRecord => {
    const read = { datasetId: dataset.id, position, raw, format, receivedAt, tie, entity };
    const received: ReceivedRecord = header ? Object.assign(read, { header }) : read;
    return refusal ? { ...received, ...(rawEncoding && { rawEncoding }), refusal } : received;
  };
  if (decoded.refusal) return row(undefined, decoded.refusal);
  if (decoded.isPlainJson)
    return { datasetId: dataset.id, position, raw, format, receivedAt, tie, entity: decoded.value, json: raw };
  if (format !== 'csv') return row(decoded.value);
  const mapped = dataset.mapRow(decoded.value as Readonly<Record<string, string>>);
  return 'refusal' in mapped ? row(undefined, mapped.refusal) : row(mapped.value);
}

/** The refusal of a record or a file of a dataset that the catalog does not have. */
export const unknownDataset = (catalog: CompiledCatalog): Refusal => ({
  code: 'unknown-dataset',
  message: 'No dataset of this id is in the catalog that is in force; add it there, or correct the id',
  expected: [...catalog.datasets.keys()].join(', '),
});
