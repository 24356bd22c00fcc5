import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { S3Target } from '#core/activation/files/target.ts';
import type { FileReceiver } from '#core/activation/ports/file-receiver.ts';
import type { AwsCredentialIdentity, RoleCredentials } from '#lambdas/adapters/aws/roles.ts';

export interface S3ReceiverDeps {
  readonly assume: RoleCredentials;
  readonly client: (credentials: AwsCredentialIdentity, region: string | undefined) => Pick<S3Client, 'send'>;
}

/** Puts files into buckets of other accounts, with a role of theirs. An object appears whole or not at all. */
export function createS3Receiver({ assume, client }: S3ReceiverDeps): FileReceiver<S3Target> {
  return async (destinationId, { bucket, prefix, region, roleArn, externalId, kmsKeyArn }, file) => {
    const at = `Destination "${destinationId}"`;
    const credentials = await assume(roleArn, externalId).catch((error: unknown) => {
      throw new Error(
        `${at}: the role ${roleArn} cannot be assumed (${nameOf(error)}). Its trust policy has to name the role of the function export-files${externalId === undefined ? '' : ', with the external id of the catalog'}`,
      );
    });
    try {
      await client(credentials, region).send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `${prefix}${file.name}`,
          Body: file.bytes,
          ContentType: file.contentType,
          ChecksumAlgorithm: 'SHA256',
          ...(kmsKeyArn !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn }),
        }),
      );
    } catch (error) {
      throw new Error(
        `${at}: "${bucket}" did not take ${prefix}${file.name} (${nameOf(error)}). Look at the bucket, its region, and what the role may do`,
      );
    }
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
