import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { beforeAll } from 'vitest';
import { s3 } from '#lambdas/adapters/clients.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { objectStoreContract, versionedObjectStoreContract } from './object-store.contract.ts';

const bucket = `contract-${randomUUID()}`;
const versioned = `${bucket}-versions`;

beforeAll(async () => {
  if (!process.env.AWS_ENDPOINT_URL) {
    throw new Error(
      'AWS_ENDPOINT_URL is not set: run this with the vitest project "local", which provides a local AWS',
    );
  }
  await s3().send(new CreateBucketCommand({ Bucket: bucket }));
  await s3().send(new CreateBucketCommand({ Bucket: versioned }));
  await s3().send(
    new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration: { Status: 'Enabled' } }),
  );
});

objectStoreContract('S3', () => createS3ObjectStore(s3(), bucket));
versionedObjectStoreContract('S3', () => createS3ObjectStore(s3(), versioned));
