import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk, nullFieldsOf } from '#core/ingestion/decode.ts';
import { rejectForeignHeader } from '#core/ingestion/mapping/reject-header.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { type ReceivedRecord, receiveRow, unknownDataset } from '#core/pipeline/process.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';

const CHUNK_BYTES = 8 * 1_048_576;

/**
 * Reads a file as the batch door does.
 * @param firstTie puts the records of several inputs in order
 * @returns its records, and why it was rejected as a whole, if so
 */
export async function readInput(
  source: ByteSource,
  datasetId: string,
  catalog: CompiledCatalog,
  ingestionId: { readonly receivedAt: number; readonly firstTieBreaker: number },
): Promise<{ records: ReceivedRecord[]; rejection?: Rejection }> {
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) return { records: [], rejection: unknownDataset(catalog) };
  const records: ReceivedRecord[] = [];
  try {
    const plan = await listChunks(source, { targetBytes: CHUNK_BYTES });
    rejectForeignHeader(plan, dataset.definition.mapping);
    for (const chunk of plan.chunks) {
      for await (const some of decodeChunk(source, plan, chunk, nullFieldsOf(dataset))) {
        for (const decoded of some) {
          const tieBreaker = String(ingestionId.firstTieBreaker + records.length).padStart(12, '0');
          records.push(
            receiveRow(decoded, dataset, plan.format, { receivedAt: ingestionId.receivedAt, tieBreaker }, chunk.header),
          );
        }
      }
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    return { records, rejection: error.rejection };
  }
  return { records };
}
