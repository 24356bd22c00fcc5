import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { type CsvDialect, PLAIN_CSV } from '#core/ingestion/text/csv-dialect.ts';
import { rowReader } from '#core/ingestion/text/csv-rows.ts';
import { bytesOfRaw, decodeJson } from '#core/ingestion/text/decode-json.ts';
import type { RawRecord } from '#core/ingestion/text/splitter.ts';
import { csvSplitter } from '#core/ingestion/text/splitter-for.ts';
import type { DecodedRecord, Rejection, RejectionCode } from '#core/record/record.ts';
import { type ReceivedRecord, receiveRow, unknownDataset } from '../process.ts';
import { receiveMessage } from '../receive-message.ts';
import { receivePayload } from '../receive-payload.ts';
import type { QuarantineRow } from './write.ts';

/** Of what was too large only the beginning was kept, and that may look like a record of its own. */
const PARTLY_KEPT: ReadonlySet<RejectionCode> = new Set(['too-large', 'identity-suppressed']);
/** A row of Parquet is kept as JSON, which lacks the values that could not be read. */
const UNREADABLE: ReadonlySet<RejectionCode> = new Set(['malformed', 'invalid-encoding', 'too-deep']);

/**
 * A rejected record, received once more under the catalog that is active now; when it arrived stays as it was.
 * @returns one record, unless it is a Kinesis record that was rejected as a whole and is found to hold several
 */
export function receiveAgain(row: QuarantineRow, catalog: IngestionSettings): readonly ReceivedRecord[] {
  const { datasetId, position, receivedAt, tieBreaker, format, header, csv, rejections } = row;
  const partly = rejections.find(({ code }) => PARTLY_KEPT.has(code) || (format === 'parquet' && UNREADABLE.has(code)));
  if (partly) return [{ ...row, entity: undefined, rejection: partly }];
  const bytes = bytesOfRaw(row);
  if (format === undefined) return receiveStreamed(bytes, position, { receivedAt, tieBreaker }, catalog);
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) return [{ ...row, entity: undefined, rejection: unknownDataset(catalog) }];
  return [receiveRow(decodeAgain(bytes, row), dataset, format, { receivedAt, tieBreaker }, header, csv)];
}

/** What was one of several records of a Kinesis record stays one. */
const receiveStreamed: typeof receivePayload = (bytes, position, metadata, catalog) =>
  position.subSequenceNumber === undefined
    ? receivePayload(bytes, position, metadata, catalog)
    : [receiveMessage(bytes, position, metadata, catalog)];

/** The same with what people have made of it: the whole record, as text. */
export function receiveCorrected(
  row: QuarantineRow,
  raw: string,
  catalog: IngestionSettings,
): readonly ReceivedRecord[] {
  const { rawEncoding: _encoding, ...rest } = row;
  return receiveAgain({ ...rest, raw, rejections: [] }, catalog);
}

function decodeAgain(
  bytes: Uint8Array,
  { position, raw, rawEncoding, format, header = [], csv = PLAIN_CSV }: QuarantineRow,
): DecodedRecord {
  const kept = { position, raw, ...(rawEncoding && { rawEncoding }) };
  if (format === 'csv') {
    // What was a text has been kept as one; what was none is in no encoding.
    const dialect: CsvDialect = { ...csv, encoding: 'utf-8' };
    const row = onlyRow(bytes, dialect);
    const decoded = row && rowReader(header, dialect)(row, position);
    return decoded ?? { ...kept, rejection: NOT_ONE_ROW };
  }
  const decoded = decodeJson(bytes);
  return decoded.rejection ? { ...kept, rejection: decoded.rejection } : { ...kept, value: decoded.value };
}

/** Cut as its file was: what is wrong with its quotes is found there, and not by who parses it. */
function onlyRow(bytes: Uint8Array, dialect: CsvDialect): RawRecord | undefined {
  const splitter = csvSplitter(1, dialect);
  const [row, ...others] = [...splitter.push(bytes), ...splitter.end()];
  return others.length === 0 ? row : undefined;
}

const NOT_ONE_ROW: Rejection = {
  code: 'malformed',
  message: 'This is not one row of a CSV file; a corrected record must be one, without its header',
};
