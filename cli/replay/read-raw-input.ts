import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import type { RawConnection } from '#core/ingestion/raw-records/connections.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import type { ReceivedRecord } from '#core/pipeline/process.ts';
import { receiveDecodedOn } from '#core/pipeline/receive-message.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';

const CHUNK_BYTES = 8 * 1_048_576;

/**
 * Reads the records of a file as if each had come on a source connection whose records are raw.
 * @returns them, and why the file, or the rest of it, cannot be read, if so
 */
export async function readRawInput(
  source: ByteSource,
  connection: RawConnection,
  catalog: CompiledCatalog,
  { receivedAt, firstTieBreaker }: { readonly receivedAt: number; readonly firstTieBreaker: number },
): Promise<{ records: ReceivedRecord[]; rejection?: Rejection }> {
  const records: ReceivedRecord[] = [];
  try {
    const plan = await listChunks(source, { targetBytes: CHUNK_BYTES });
    if (plan.format === 'csv') return { records, rejection: ROWS };
    for (const chunk of plan.chunks) {
      for await (const some of decodeChunk(source, plan, chunk)) {
        for (const decoded of some) {
          const tieBreaker = String(firstTieBreaker + records.length).padStart(12, '0');
          records.push(receiveDecodedOn(connection, decoded, { receivedAt, tieBreaker }, catalog));
        }
      }
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    return { records, rejection: error.rejection };
  }
  return { records };
}

const ROWS: Rejection = {
  code: 'unsupported-format',
  message: 'The records of a source connection are JSON objects; rows of CSV are records of a dataset',
};
