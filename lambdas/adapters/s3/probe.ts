import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import type { S3Target } from '#core/activation/files/target.ts';
import type { FileProbe } from '#core/activation/ports/file-receiver.ts';
import { failedStep, MAY_WRITE_NOT_TRIED, type ProbeStep, receiverStep } from '#core/activation/probe-step.ts';
import type { S3ReceiverDeps } from './receiver.ts';

/** Assumes the role of a bucket of another account, and looks whether there is that bucket. */
export function createS3Probe({ assume, client }: S3ReceiverDeps): FileProbe<S3Target> {
  return async (_destinationId, { bucket, region, roleArn, externalId }) => {
    const assumed = await assume(roleArn, externalId).catch((error: unknown) => nameOf(error));
    if (typeof assumed === 'string') return [failedStep('credentials', `role-not-assumable: ${assumed}`)];
    return [{ step: 'credentials', outcome: 'ok' }, ...(await probeBucket(client(assumed, region), bucket))];
  };
}

/** Looks whether there is a bucket, with credentials that may look. */
export async function probeBucket(client: Pick<S3Client, 'send'>, bucket: string): Promise<readonly ProbeStep[]> {
  const failure = await client.send(new HeadBucketCommand({ Bucket: bucket })).then(
    () => undefined,
    (error: unknown) => ({ reason: REASONS[statusOf(error) ?? 0] ?? nameOf(error) }),
  );
  return [receiverStep(failure), MAY_WRITE_NOT_TRIED];
}

/** A look at a bucket is answered without a body: the status is all there is. */
const REASONS: Readonly<Record<number, string>> = {
  301: 'bucket-of-another-region',
  403: 'AccessDenied',
  404: 'no-such-bucket',
};

const statusOf = (error: unknown): number | undefined =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
