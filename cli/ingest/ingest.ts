import { readFile } from 'node:fs/promises';
import { UserError } from '#cli/user-error.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk, nullFieldsOf } from '#core/ingestion/decode.ts';
import { formatOf } from '#core/ingestion/format.ts';
import { LANDING_PREFIX } from '#core/ingestion/landing.ts';
import { compileMapping, type Mapping } from '#core/ingestion/mapping/mapping.ts';
import { wrapRecord } from '#core/ingestion/raw-records/wrapped.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { type DecodedRecord, FileRejectedError } from '#core/record/record.ts';
import type { DataFile } from './data-files.ts';
import { fileSource } from './file-source.ts';
import { sendToStream } from './send-stream.ts';

export type IngestionMethod = 'stream' | 'batch';

export interface Fed {
  readonly file: DataFile;
  readonly ingestionMethod: IngestionMethod;
  /** Of an upload: where it lies, and which of the objects there it is; the bucket may not say. */
  readonly key?: string;
  readonly versionId?: string;
  /** Records sent, by stream; files are counted by the platform. */
  readonly records?: number;
  /** Why it could not be streamed, or not to its end, and was uploaded instead. */
  readonly unreadable?: string;
}

/** How a file travels unless it is said: what happened online is streamed, what was kept offline comes as a file. */
export function usualMethod(file: DataFile): IngestionMethod {
  if (file.connectionId !== undefined) return 'stream';
  const isText = formatOf(file.name)?.format === 'ndjson';
  return isText && file.dataset?.behaviour === 'event' ? 'stream' : 'batch';
}

export interface IngestTarget {
  readonly stream: string;
  readonly landing: ObjectStore;
}

/**
 * Sends a file to a deployed stage as a producer would: with PutRecords, or by uploading it. One whose records cannot be read
 * is uploaded as well, so that the platform rejects it and keeps it.
 */
export async function ingestData(file: DataFile, ingestionMethod: IngestionMethod, target: IngestTarget): Promise<Fed> {
  if (ingestionMethod === 'batch' && file.connectionId !== undefined) {
    throw new UserError(`${file.name} is named after a source connection: its records can only be streamed`);
  }
  if (ingestionMethod === 'batch') return { file, ingestionMethod, ...(await upload(file, target)) };
  let unreadable: string | undefined;
  const messages = messagesOf(file, (error) => {
    unreadable = error.message;
  });
  const records = await sendToStream(target.stream, messages);
  if (unreadable === undefined) return { file, ingestionMethod, records };
  return { file, ingestionMethod: 'batch', records, unreadable, ...(await upload(file, target)) };
}

async function upload(file: DataFile, { landing }: IngestTarget): Promise<Pick<Fed, 'key'>> {
  const key = landingKey(file.datasetId, file.name);
  await landing.put(key, await readFile(file.path));
  return { key };
}

/** Which object under its key an upload is, right after it; nothing of what was streamed, or where the bucket does not say. */
export async function versionOf({ key }: Fed, landing: ObjectStore): Promise<Pick<Fed, 'versionId'>> {
  if (key === undefined) return {};
  for await (const object of landing.versions(key)) {
    if (object.key === key && object.versionId !== undefined) return { versionId: object.versionId };
  }
  return {};
}

/** Where a file of a dataset is uploaded to. */
export const landingKey = (datasetId: string, name: string): string => `${LANDING_PREFIX}${datasetId}/${name}`;

/** What has been sent, in words. */
export function routedOf({ ingestionMethod, records = 0, unreadable }: Fed): string {
  if (ingestionMethod === 'stream') return `${records} records → Kinesis`;
  if (unreadable === undefined) return 'uploaded → S3';
  const before = records > 0 ? `${records} records → Kinesis, then ` : '';
  return `${before}uploaded → S3, to be rejected there. ${unreadable}`;
}

/** The records of a file in AEP's envelope; what cannot be read is sent as it is, and rejected by the platform. */
async function* messagesOf(file: DataFile, giveUp: (error: FileRejectedError) => void): AsyncIterable<string> {
  const source = await fileSource(file.path);
  try {
    const plan = await listChunks(source, {
      targetBytes: 64 * 1_048_576,
      ...(file.dataset && { files: file.dataset.files }),
    });
    for (const chunk of plan.chunks) {
      for await (const records of decodeChunk(source, plan, chunk, nullFieldsOf(file.dataset))) {
        yield* records.map((decoded) => messageOf(file, decoded, chunk.header));
      }
    }
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    giveUp(error);
  }
}

/** What becomes of columns where nobody knows the dataset, which is for the platform to say. */
const AS_THEY_ARE_NAMED: Mapping = compileMapping([]);

/** @param header of CSV */
function messageOf(file: DataFile, decoded: DecodedRecord, header?: readonly string[]): string {
  if (decoded.rejection) return decoded.raw;
  if (file.connectionId !== undefined) {
    return wrapRecord({ sourceConnection: file.connectionId }, decoded.raw ?? JSON.stringify(decoded.value));
  }
  const mapping = file.dataset ?? AS_THEY_ARE_NAMED;
  const mapped = header ? mapping.mapRow(decoded.value as readonly string[], header) : mapping.mapObject(decoded.value);
  if (!mapped.rejection) return JSON.stringify(envelope(file, mapped.value));
  if (header) return decoded.raw ?? '';
  // The platform finds out for itself why it cannot be mapped, and keeps it.
  return wrapRecord({ datasetId: file.datasetId }, decoded.raw ?? JSON.stringify(decoded.value));
}

function envelope(file: DataFile, xdmEntity: unknown): object {
  const schemaRef = {
    id: file.dataset?.schemaId ?? '',
    contentType: 'application/vnd.adobe.xed-full+json;version=1',
  };
  return {
    header: { schemaRef, imsOrgId: 'tributary', datasetId: file.datasetId, source: { name: 'tributary ingest' } },
    body: { xdmMeta: { schemaRef }, xdmEntity },
  };
}
