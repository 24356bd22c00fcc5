import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk, type Noted, nullFieldsOf } from '#core/ingestion/decode.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import type { DecodedRecord } from '#core/record/record.ts';
import { type ReceivedRecord, receiveRow } from './process.ts';

const CHUNK_BYTES = 8 * 1_048_576;

/** What was found out of a file while it was read. */
export interface FileNotes extends Noted {
  /** How it is written, where that was not given: setting → value. */
  detected?: Readonly<Record<string, string>>;
}

/** A record of a file as it was read, and as it goes on. */
export interface ReceivedOfFile {
  readonly decoded: DecodedRecord;
  /** Of a CSV file the names of its columns. */
  readonly header?: readonly string[] | undefined;
  readonly received: ReceivedRecord;
}

/** Of which chunks records are read: from one on, and until there is no more time. */
export interface ChunkWindow {
  readonly first: number;
  /** Asked between two chunks. */
  isOver(): boolean;
  /** Told which chunk is the next one, where it is over before the end of the file. */
  goOnAt(chunk: number): void;
}

const WHOLE_FILE: ChunkWindow = { first: 0, isOver: () => false, goOnAt: () => {} };

/**
 * The records of a file as the stage reads an upload: one after the other, each mapped.
 * @param tieBreakers puts the records in order
 * @throws FileRejectedError when the file, or the rest of it, can't be read
 */
export async function* receiveFile(
  source: ByteSource,
  dataset: CompiledDataset,
  receivedAt: number,
  tieBreakers: (record: number) => string,
  notes: FileNotes,
  window: ChunkWindow = WHOLE_FILE,
): AsyncIterable<ReceivedOfFile> {
  const plan = await listChunks(source, { targetBytes: CHUNK_BYTES, files: dataset.files });
  if (plan.detected) notes.detected = plan.detected;
  let record = 0;
  for (const [i, chunk] of plan.chunks.entries()) {
    if (i < window.first) continue;
    if (i > window.first && window.isOver()) return window.goOnAt(i);
    for await (const some of decodeChunk(source, plan, chunk, nullFieldsOf(dataset), notes)) {
      for (const decoded of some) {
        const metadata = { receivedAt, tieBreaker: tieBreakers(record++) };
        const received = receiveRow(decoded, dataset, plan.format, metadata, chunk.header, chunk.csv);
        yield { decoded, header: chunk.header, received };
      }
    }
  }
}
