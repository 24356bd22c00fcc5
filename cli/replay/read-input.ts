import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { type ReceivedRecord, unknownDataset } from '#core/pipeline/process.ts';
import { type FileNotes, receiveFile } from '#core/pipeline/receive-file.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { readRawInput } from './read-raw-input.ts';

/** What is in a file. */
export interface ReadInput {
  readonly records: ReceivedRecord[];
  /** Why it was rejected as a whole, or the rest of it. */
  readonly rejection?: Rejection;
  /** What was found out of how it is written, and was not given: setting → value. */
  readonly detected?: Readonly<Record<string, string>>;
  /** Rows that repeat the header of a CSV. */
  readonly repeatedHeaders?: number;
}

/**
 * Reads a file as the stage reads an upload, or, for a source connection whose records are raw, what came on it.
 * @param datasetId of a dataset, or of such a connection
 * @param firstTie puts the records of several inputs in order
 * @returns its records, and why it was rejected as a whole, if so
 */
export async function readInput(
  source: ByteSource,
  datasetId: string,
  catalog: CompiledCatalog,
  ingestionId: { readonly receivedAt: number; readonly firstTieBreaker: number },
): Promise<ReadInput> {
  const dataset = catalog.datasets.get(datasetId);
  const connection = catalog.rawConnections.byId.get(datasetId);
  if (!dataset && connection) return readRawInput(source, connection, catalog, ingestionId);
  if (!dataset) return { records: [], rejection: unknownDataset(catalog) };
  const records: ReceivedRecord[] = [];
  const notes: FileNotes = { repeatedHeaders: 0 };
  const found = () => ({
    ...(notes.detected && { detected: notes.detected }),
    ...(notes.repeatedHeaders > 0 && { repeatedHeaders: notes.repeatedHeaders }),
  });
  const tieBreaker = (record: number): string => String(ingestionId.firstTieBreaker + record).padStart(12, '0');
  try {
    for await (const { received } of receiveFile(source, dataset, ingestionId.receivedAt, tieBreaker, notes)) {
      records.push(received);
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    return { records, ...found(), rejection: error.rejection };
  }
  return { records, ...found() };
}
