import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectAddresses } from '#core/ports/object-addresses.ts';

/** An hour: enough for 5 GB at 12 Mbit/s. They end sooner when the credentials of the function do. */
const SECONDS = 3_600;
/** Signed, so it cannot be left out: S3 rejects to write over what is there (412). */
const ONCE = { 'if-none-match': '*' };

/**
 * Presigned addresses of S3. Nothing is asked of S3 to make one.
 * @param client must not add checksums of its own: the body is not known yet
 */
export function createS3ObjectAddresses(client: S3Client, bucket: string, now: Clock): ObjectAddresses {
  const expiresAt = (): number => now() + SECONDS * 1_000;
  return {
    async forWriting(key) {
      const command = new PutObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: '*' });
      const href = await getSignedUrl(client, command, { expiresIn: SECONDS });
      return { method: 'PUT', href, headers: ONCE, expiresAt: expiresAt() };
    },
    async forReading(key, version) {
      const { versionId: VersionId } = version ?? {};
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(VersionId !== undefined && { VersionId }) });
      const href = await getSignedUrl(client, command, { expiresIn: SECONDS });
      return { method: 'GET', href, headers: {}, expiresAt: expiresAt() };
    },
  };
}
