import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { callerAccount } from '#cli/local/query-api.ts';
import type { S3Target } from '#core/activation/files/target.ts';
import { createRoleCredentials } from '#lambdas/adapters/aws/roles.ts';
import { s3, s3With, sts } from '#lambdas/adapters/clients.ts';
import { createS3Probe } from '#lambdas/adapters/s3/probe.ts';
import { createS3Receiver } from '#lambdas/adapters/s3/receiver.ts';

describe('a bucket of another account', () => {
  let target: S3Target;
  beforeAll(async () => {
    const region = (await s3().config.region()) as string;
    const { accessKeyId } = await s3().config.credentials();
    const account = await callerAccount({ endpoint: process.env.AWS_ENDPOINT_URL!, region, accessKeyId });
    const bucket = `partner-${randomUUID()}`;
    await s3().send(new CreateBucketCommand({ Bucket: bucket }));
    const roleArn = `arn:aws:iam::${account}:role/tributary-partner`;
    target = { kind: 's3', bucket, prefix: 'in/daily/', roleArn, externalId: 'x-1' };
  });
  const used: string[] = [];
  const receive = createS3Receiver({
    assume: createRoleCredentials({ sts, now: Date.now }),
    client: (credentials, region): Pick<S3Client, 'send'> => {
      used.push(credentials.sessionToken ?? '');
      return s3With(credentials, region);
    },
  });
  const file = (text: string) => ({
    name: 'people.csv',
    bytes: new TextEncoder().encode(text),
    contentType: 'text/csv; charset=utf-8',
  });

  it('has the file below its prefix, put with the role, and a later one of the same name in its place', async () => {
    for (const text of ['one', 'two']) await receive('partner', target, file(text));
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket: target.bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['in/daily/people.csv']);
    const { Body, ContentType } = await s3().send(
      new GetObjectCommand({ Bucket: target.bucket, Key: 'in/daily/people.csv' }),
    );
    expect([await Body!.transformToString(), ContentType]).toEqual(['two', 'text/csv; charset=utf-8']);
    expect(used.every((token) => token !== '')).toBe(true);
  });

  it('is found with the role, or said to be missing; nothing is put into it', async () => {
    const bucket = `looked-at-${randomUUID()}`;
    await s3().send(new CreateBucketCommand({ Bucket: bucket }));
    const look = createS3Probe({ assume: createRoleCredentials({ sts, now: Date.now }), client: s3With });
    const mayWrite = { step: 'permission', outcome: 'not-tried', reason: 'may-write-would-be-seen' };
    const credentials = { step: 'credentials', outcome: 'ok' };
    expect(await look('partner', { ...target, bucket })).toEqual([
      credentials,
      { step: 'receiver', outcome: 'ok' },
      mayWrite,
    ]);
    expect((await s3().send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
    expect(await look('partner', { ...target, bucket: `none-${randomUUID()}` })).toEqual([
      credentials,
      { step: 'receiver', outcome: 'failed', reason: 'no-such-bucket' },
      mayWrite,
    ]);
  });

  it('is told which key to encrypt with', async () => {
    const kmsKeyArn = `arn:aws:kms:us-east-1:000000000000:key/${randomUUID()}`;
    await receive('partner', { ...target, prefix: '', kmsKeyArn }, file('x'));
    const { ServerSideEncryption } = await s3().send(
      new HeadObjectCommand({ Bucket: target.bucket, Key: 'people.csv' }),
    );
    expect(ServerSideEncryption).toBe('aws:kms');
  });

  it('that is not there is named, with what to look at', async () => {
    await expect(receive('partner', { ...target, bucket: `none-${randomUUID()}` }, file('x'))).rejects.toThrow(
      /^Destination "partner": "none-.*" did not take in\/daily\/people.csv \(NoSuchBucket\)/,
    );
  });
});
