import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { planChunks } from '#core/ingestion/batch/plan-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { refuseForeignHeader } from '#core/ingestion/mapping/refuse-header.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { type ReceivedRecord, receiveRow, unknownDataset } from '#core/pipeline/process.ts';
import { FileRefusedError, type Refusal } from '#core/record/record.ts';

const CHUNK_BYTES = 8 * 1_048_576;

/**
 * Reads a file as the batch door does.
 * @param firstTie puts the records of several inputs in order
 * @returns its records, and why it was refused as a whole, if so
 */
export async function readInput(
  source: ByteSource,
  datasetId: string,
  catalog: CompiledCatalog,
  arrival: { readonly receivedAt: number; readonly firstTie: number },
): Promise<{ records: ReceivedRecord[]; refusal?: Refusal }> {
  const dataset = catalog.datasets.get(datasetId);
  if (!dataset) return { records: [], refusal: unknownDataset(catalog) };
  const records: ReceivedRecord[] = [];
  try {
    const plan = await planChunks(source, { targetBytes: CHUNK_BYTES });
    refuseForeignHeader(plan, dataset.definition.mapping);
    for (const chunk of plan.chunks) {
      for await (const some of decodeChunk(source, plan, chunk)) {
        for (const decoded of some) {
          const tie = String(arrival.firstTie + records.length).padStart(12, '0');
          records.push(
            receiveRow(decoded, dataset, plan.format, { receivedAt: arrival.receivedAt, tie }, chunk.header),
          );
        }
      }
    }
  } catch (error) {
    if (!(error instanceof FileRefusedError)) throw error;
    return { records, refusal: error.refusal };
  }
  return { records };
}
