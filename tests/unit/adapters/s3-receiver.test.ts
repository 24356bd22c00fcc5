import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { S3Target } from '#core/activation/files/target.ts';
import { createS3Receiver } from '#lambdas/adapters/s3/receiver.ts';

const TARGET: S3Target = {
  kind: 's3',
  bucket: 'partner-files',
  prefix: 'in/',
  region: 'eu-west-1',
  roleArn: 'arn:aws:iam::111122223333:role/tributary-partner',
  externalId: 'x-1',
};
const FILE = { name: 'people.csv', bytes: new Uint8Array([1, 2]), contentType: 'text/csv' };
const ROLE = { accessKeyId: 'AKIDROLE', secretAccessKey: 'hidden', sessionToken: 'session' };

describe('files for a bucket of another account', () => {
  it('are put with the credentials of its role, in its region, checked by S3', async () => {
    const asked: unknown[] = [];
    const receive = createS3Receiver({
      assume: async (...of) => {
        asked.push(of);
        return ROLE;
      },
      client: (...of) => {
        asked.push(of);
        const send = async (command: unknown): Promise<void> => {
          asked.push(command instanceof PutObjectCommand ? command.input : command);
        };
        return { send } as never;
      },
    });
    await receive('partner', TARGET, FILE);
    expect(asked).toEqual([
      [TARGET.roleArn, 'x-1'],
      [ROLE, 'eu-west-1'],
      {
        Bucket: 'partner-files',
        Key: 'in/people.csv',
        Body: FILE.bytes,
        ContentType: 'text/csv',
        ChecksumAlgorithm: 'SHA256',
      },
    ]);
  });

  it('that cannot be put say why, and nothing of credentials', async () => {
    const denied = Object.assign(new Error('User hidden is not authorized'), { name: 'AccessDenied' });
    const fails = async (): Promise<never> => {
      throw denied;
    };
    const noRole = createS3Receiver({ assume: fails, client: () => ({ send: fails }) as never });
    await expect(noRole('partner', TARGET, FILE)).rejects.toThrow(
      /^Destination "partner": the role .*tributary-partner cannot be assumed \(AccessDenied\)\..*external id/,
    );
    const noBucket = createS3Receiver({ assume: async () => ROLE, client: () => ({ send: fails }) as never });
    const why = await noBucket('partner', TARGET, FILE).catch((error: Error) => error.message);
    expect(why).toContain('"partner-files" did not take in/people.csv (AccessDenied)');
    expect(why).not.toContain('hidden');
  });
});
