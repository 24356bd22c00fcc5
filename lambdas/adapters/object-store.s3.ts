import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '#core/ports/object-store.ts';

const KEYS_PER_DELETE = 1_000;

/** Objects in an S3 bucket. */
export function createS3ObjectStore(client: S3Client, bucket: string): ObjectStore {
  const size = async (key: string): Promise<number | undefined> => {
    try {
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return ContentLength ?? 0;
    } catch (error) {
      if (status(error) === 404) return undefined;
      throw error;
    }
  };

  return {
    async put(key, body, { contentType, contentEncoding } = {}) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          // As bytes, since the SDK takes an empty text for a stream of unknown length.
          Body: typeof body === 'string' ? Buffer.from(body) : body,
          ...(contentType !== undefined && { ContentType: contentType }),
          ...(contentEncoding !== undefined && { ContentEncoding: contentEncoding }),
        }),
      );
    },

    async get(key, range) {
      // S3 knows no empty range, and none that begins behind the end.
      if (range && range.end <= range.start) return (await size(key)) === undefined ? undefined : new Uint8Array();
      const Range = range && `bytes=${range.start}-${range.end - 1}`;
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...(Range && { Range }) }));
        return Body ? await Body.transformToByteArray() : new Uint8Array();
      } catch (error) {
        if (status(error) === 416) return new Uint8Array();
        if (status(error) === 404) return undefined;
        throw error;
      }
    },

    size,

    async *list(prefix) {
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key } of page.Contents ?? []) {
          if (Key !== undefined) yield Key;
        }
      }
    },

    async delete(keys) {
      for (let start = 0; start < keys.length; start += KEYS_PER_DELETE) {
        const Objects = keys.slice(start, start + KEYS_PER_DELETE).map((Key) => ({ Key }));
        const { Errors } = await client.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
        );
        const [first] = Errors ?? [];
        if (first) {
          throw new Error(
            `${Errors?.length} objects of bucket "${bucket}" were not deleted, e.g. "${first.Key}": ${first.Code}`,
          );
        }
      }
    },
  };
}

const status = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
