import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Bytes of a part. S3 takes 10,000 parts of at least 5 MiB. */
const PART = 8 * 1024 ** 2;

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}
interface Condition {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

/**
 * Writes an object that comes piece by piece: in one request where it fits, else in parts, of which one is held.
 * @param condition under which the object appears
 * @returns its ETag
 */
export async function upload(
  client: S3Client,
  place: Place,
  blocks: AsyncIterable<Uint8Array>,
  condition: Condition,
  headers: { readonly ContentType?: string; readonly ContentEncoding?: string },
): Promise<string | undefined> {
  const parts = inParts(blocks);
  const first = await parts.next();
  const second = first.done ? first : await parts.next();
  if (second.done) {
    const Body = first.value ?? new Uint8Array();
    return (await client.send(new PutObjectCommand({ ...place, ...condition, ...headers, Body }))).ETag;
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...place, ...headers }));
  const Parts: CompletedPart[] = [];
  const send = async (Body: Uint8Array): Promise<void> => {
    const PartNumber = Parts.length + 1;
    const { ETag } = await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  };
  try {
    await send(first.value!);
    await send(second.value);
    for await (const part of parts) await send(part);
    const MultipartUpload = { Parts };
    const done = new CompleteMultipartUploadCommand({ ...place, ...condition, UploadId, MultipartUpload });
    return (await client.send(done)).ETag;
  } catch (error) {
    // What is not aborted here is removed by the rule of the bucket, days later.
    await client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
    throw error;
  }
}

async function* inParts(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const block of blocks) {
    held.push(block);
    length += block.length;
    while (length >= PART) {
      const all: Buffer = Buffer.concat(held);
      yield all.subarray(0, PART);
      held = [all.subarray(PART)];
      length -= PART;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
