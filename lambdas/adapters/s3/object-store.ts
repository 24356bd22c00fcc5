import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectOptions, ObjectStore, ObjectVersion, StoredObject } from '#core/ports/object-store.ts';
import { upload } from './upload.ts';

const KEYS_PER_DELETE = 1_000;

/** What LocalStack answers to a deletion with a condition; there, looking first is the best that can be had. */
const NOT_IMPLEMENTED = 501;

/** Objects in an S3 bucket. */
export function createS3ObjectStore(client: S3Client, bucket: string): ObjectStore {
  const size = async (key: string, version?: string | ObjectVersion): Promise<number | undefined> => {
    try {
      const which = { Bucket: bucket, Key: key, ...only(version) };
      const { ContentLength } = await client.send(new HeadObjectCommand(which));
      return ContentLength ?? 0;
    } catch (error) {
      if (isGone(error, version)) return undefined;
      throw error;
    }
  };

  async function read(
    key: string,
    range?: { readonly start: number; readonly end: number },
    version?: string | ObjectVersion,
  ): Promise<Uint8Array> {
    const Range = range && `bytes=${range.start}-${range.end - 1}`;
    const which = { Bucket: bucket, Key: key, ...(Range && { Range }), ...only(version) };
    const { Body, ContentRange } = await client.send(new GetObjectCommand(which));
    const bytes = Body ? await Body.transformToByteArray() : new Uint8Array();
    // MiniStack gives the whole object where a version of it is asked for.
    return range && ContentRange === undefined ? bytes.subarray(range.start, range.end) : bytes;
  }

  async function* entries(prefix: string): AsyncIterable<StoredObject> {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
        if (Key === undefined || ETag === undefined) continue;
        yield { key: Key, size: Size ?? 0, etag: ETag, ...(LastModified && { modifiedAt: LastModified.getTime() }) };
      }
    }
  }

  async function* versions(prefix: string): AsyncIterable<StoredObject & ObjectVersion> {
    let page: ListObjectVersionsCommandOutput | undefined;
    do {
      page = await client.send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          Prefix: prefix,
          ...(page && { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }),
        }),
      );
      for (const { Key, Size, ETag, VersionId, IsLatest } of page.Versions ?? []) {
        if (!IsLatest || Key === undefined || ETag === undefined) continue;
        yield { key: Key, size: Size ?? 0, etag: ETag, ...(isVersionId(VersionId) && { versionId: VersionId }) };
      }
    } while (page.IsTruncated);
  }

  return {
    async put(key, body, options) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          // As bytes, since the SDK takes an empty text for a stream of unknown length.
          Body: typeof body === 'string' ? Buffer.from(body) : body,
          ...headersOf(options),
        }),
      );
    },

    async putIf(key, body, etag, options) {
      const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
      const blocks = body instanceof Uint8Array ? oneBlock(body) : body;
      try {
        return await upload(client, { Bucket: bucket, Key: key }, blocks, condition, headersOf(options));
      } catch (error) {
        if (isOtherwise(error)) return undefined;
        throw error;
      }
    },

    async get(key, range, version) {
      // S3 knows no empty range, and none that begins behind the end.
      if (range && range.end <= range.start)
        return (await size(key, version)) === undefined ? undefined : new Uint8Array();
      try {
        return await read(key, range, version);
      } catch (error) {
        if (status(error) === 416) return new Uint8Array();
        if (isGone(error, version)) return undefined;
        throw error;
      }
    },

    size,

    async *list(prefix) {
      for await (const { key } of entries(prefix)) yield key;
    },

    entries,

    versions,

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

    async deleteIf(key, etag) {
      const object = { Bucket: bucket, Key: key };
      try {
        await client.send(new DeleteObjectCommand({ ...object, IfMatch: etag })).catch(async (error: unknown) => {
          if (status(error) !== NOT_IMPLEMENTED) throw error;
          await client.send(new HeadObjectCommand({ ...object, IfMatch: etag }));
          await client.send(new DeleteObjectCommand(object));
        });
        return true;
      } catch (error) {
        if (isOtherwise(error)) return false;
        throw error;
      }
    },
  };
}

async function* oneBlock(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield body;
}

const headersOf = ({ contentType, contentEncoding }: ObjectOptions = {}) => ({
  ...(contentType !== undefined && { ContentType: contentType }),
  ...(contentEncoding !== undefined && { ContentEncoding: contentEncoding }),
});

/** What a request says of the one object that it means. */
function only(version: string | ObjectVersion | undefined): { IfMatch?: string; VersionId?: string } {
  if (version === undefined) return {};
  if (typeof version === 'string') return { IfMatch: version };
  return version.versionId === undefined ? { IfMatch: version.etag } : { VersionId: version.versionId };
}

/** Objects from before a bucket kept versions have one that is called so, and that others may replace. */
const isVersionId = (id: string | undefined): id is string => id !== undefined && id !== 'null';

const isGone = (error: unknown, version: string | ObjectVersion | undefined): boolean =>
  status(error) === 404 || (version !== undefined && status(error) === 412);

const status = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;

/** The condition of a request does not hold: there is nothing, something else, or somebody is just writing it. */
const isOtherwise = (error: unknown): boolean => [404, 409, 412].includes(status(error) ?? 0);
