import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { decodeChunk, type Noted, nullFieldsOf } from '#core/ingestion/decode.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { nameOfObject, openAnnounced } from '#core/ingestion/source/open-object.ts';
import { unpackedSource } from '#core/ingestion/source/unpacked.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { type DecodedRecord, FileRejectedError, type Rejection } from '#core/record/record.ts';
import { type ReceivedRecord, receiveRow, unknownDataset } from '../process.ts';

/** Records of a chunk that are worked on at a time: as many, or fewer where they are large. */
const SLICE = 1_000;
/** What is parsed takes up to thirty times the room of its text, and records of a megabyte come by the thousand. */
export const SLICE_CHARACTERS = 4 * 1_048_576;

/**
 * Reads a chunk slice by slice, so that memory grows neither with it nor with its records. A chunk that is read again has
 * the same slices.
 * @param finish is given each slice and its number
 * @param noted is told what else there was in the chunk
 * @returns why the rest of the chunk, or all of it, could not be read, if so
 * @throws what `finish` and the store throw
 */
export async function readChunk(
  message: ChunkMessage,
  catalog: IngestionSettings,
  landing: ObjectStore,
  finish: (slice: readonly ReceivedRecord[], number: number) => Promise<void>,
  noted?: Noted,
): Promise<Rejection | undefined> {
  const { receivedAt, format, gzip, chunk } = message;
  const dataset = catalog.datasets.get(message.datasetId);
  if (!dataset) return unknownDataset(catalog);
  let slice: ReceivedRecord[] = [];
  let characters = 0;
  let number = 0;
  let rejection: Rejection | undefined;
  try {
    const source = await sourceOf(message, landing);
    for await (const records of decodeChunk(source, { format, gzip }, chunk, nullFieldsOf(dataset), noted)) {
      for (const decoded of records) {
        const tieBreaker = String(decoded.position.row ?? 0).padStart(12, '0');
        slice.push(receiveRow(decoded, dataset, format, { receivedAt, tieBreaker }, chunk.header, chunk.csv));
        characters += charactersOf(decoded);
        if (slice.length < SLICE && characters < SLICE_CHARACTERS) continue;
        await finish(slice, number++);
        slice = [];
        characters = 0;
      }
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    rejection = error.rejection;
  }
  if (slice.length > 0) await finish(slice, number);
  return rejection;
}

const sourceOf = async ({ file, version, unpacked }: ChunkMessage, landing: ObjectStore): Promise<ByteSource> =>
  unpacked ? unpackedSource(landing, nameOfObject(file), unpacked) : await openAnnounced(landing, file, version);

const charactersOf = ({ raw, characters = 0 }: DecodedRecord): number => (raw === undefined ? characters : raw.length);

/** Names a slice in the keys of the objects that its records are kept in. */
export const invocationName = ({ batchId, chunk }: ChunkMessage, slice: number): string =>
  `${batchId}-${chunk.index}-${slice}`;
