import type { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';

const NOW = Date.parse('2015-08-30T12:36:00Z');
const OWN = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const REQUEST = {
  method: 'POST',
  url: 'https://kinesis.us-east-1.amazonaws.com/',
  headers: {},
  body: '{}',
  timeoutMs: 1,
} as const;
const HOW = { type: 'aws', service: 'kinesis', region: 'us-east-1' } as const;

function signer(answer: () => object = () => ({}), endpoint?: string) {
  let now = NOW;
  const asked: unknown[] = [];
  const sts = {
    send: async ({ input }: { input: unknown }) => {
      asked.push(input);
      return answer();
    },
  } as unknown as Pick<STSClient, 'send'>;
  const sign = createAwsSigner({ credentials: async () => OWN, sts: () => sts, now: () => now, endpoint });
  return {
    sign,
    asked,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe('requests to services of AWS', () => {
  it('are signed as the published example of Signature Version 4 is', async () => {
    const { sign } = signer();
    const signed = await sign(
      {
        method: 'GET',
        url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: '',
        timeoutMs: 1,
      },
      { type: 'aws', service: 'iam', region: 'us-east-1' },
    );
    const authorization = 'headers' in signed ? signed.headers.authorization : undefined;
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/iam\/aws4_request/);
    expect(authorization).toMatch(/Signature=[0-9a-f]{64}$/);
    expect(signed).toEqual(
      await signer().sign(
        {
          method: 'GET',
          url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
          headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
          body: '',
          timeoutMs: 1,
        },
        { type: 'aws', service: 'iam', region: 'us-east-1' },
      ),
    );
  });

  it('are signed with the credentials of a role in another account, fetched once an hour', async () => {
    const to = signer(() => ({
      Credentials: { AccessKeyId: 'AKIDROLE', SecretAccessKey: 's', SessionToken: 'session' },
    }));
    const how = { ...HOW, roleArn: 'arn:aws:iam::111122223333:role/tributary-writer', externalId: 'x-1' };
    const signed = await to.sign(REQUEST, how);
    expect(signed).toMatchObject({ headers: { 'x-amz-security-token': 'session' } });
    await to.sign(REQUEST, how);
    expect(to.asked).toEqual([
      expect.objectContaining({ RoleArn: how.roleArn, ExternalId: 'x-1', RoleSessionName: 'tributary' }),
    ]);
    to.wait(3_400_000);
    await to.sign(REQUEST, how);
    expect(to.asked).toHaveLength(2);
  });

  it('are not made where the role may not be assumed', async () => {
    const denied = signer(() => {
      throw Object.assign(new Error('no'), { name: 'AccessDenied' });
    });
    expect(await denied.sign(REQUEST, { ...HOW, roleArn: 'arn' })).toMatchObject({ errorClass: 'stop' });
    const away = signer(() => {
      throw new Error('timeout');
    });
    expect(await away.sign(REQUEST, { ...HOW, roleArn: 'arn' })).toMatchObject({ errorClass: 'retry' });
  });

  it('go to what answers in place of AWS', async () => {
    const signed = await signer(undefined, 'http://127.0.0.1:4566').sign(REQUEST, HOW);
    expect(signed).toMatchObject({ url: 'http://127.0.0.1:4566/', headers: { host: '127.0.0.1:4566' } });
  });
});
