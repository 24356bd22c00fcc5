import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { detectLocalAws, ministackIsReady, parseEndpoint } from '#cli/local/detect.ts';
import { findOrStartLocalAws } from '#cli/local/endpoint.ts';
import { callerAccount, describeStack } from '#cli/local/query-api.ts';
import { answering, listening, temporaryFolder } from './support.ts';

const MINISTACK = { '/_ministack/ready': { status: 'completed', iot_mtls: 'disabled' } };
const health = (services: string[]) => ({ services: Object.fromEntries(services.map((one) => [one, 'available'])) });
const LOCALSTACK = {
  '/_localstack/health': { ...health(['s3', 'scheduler', 'cloudwatch']), edition: 'community', version: '4.14.0' },
  '/_localstack/info': { session_id: 'one-run', is_license_activated: false },
};

describe('finding out what answers at an endpoint', () => {
  it('knows MiniStack, although that answers as LocalStack too', async () => {
    const endpoint = await answering({ ...LOCALSTACK, ...MINISTACK });
    expect(await detectLocalAws(endpoint)).toEqual({
      kind: 'ministack',
      capabilities: { httpApi: true, dashboards: true, scheduler: true },
      instance: '',
    });
  });

  it('knows LocalStack, what its free edition lacks, and which run it is', async () => {
    expect(await detectLocalAws(await answering(LOCALSTACK))).toEqual({
      kind: 'localstack',
      capabilities: { httpApi: false, dashboards: false, scheduler: false },
      instance: 'one-run',
    });
  });

  it('knows a licensed LocalStack by its services', async () => {
    const endpoint = await answering({
      '/_localstack/health': health(['s3', 'apigatewayv2']),
      '/_localstack/info': { session_id: 'x', is_license_activated: true },
    });
    const { capabilities } = await detectLocalAws(endpoint);
    expect(capabilities).toEqual({ httpApi: true, dashboards: true, scheduler: true });
  });

  it.each([
    ['HTML on every path', { '/_ministack/ready': '<html>', '/_localstack/health': '<html>' }],
    ['404 on every path', {}],
    ['JSON of another meaning', { '/_ministack/ready': ['status'], '/_localstack/health': { services: 'fine' } }],
  ])('takes %s for another local AWS, and expects nothing beyond the core of it', async (_, answers) => {
    expect(await detectLocalAws(await answering(answers))).toEqual({
      kind: 'other',
      capabilities: { httpApi: false, dashboards: false, scheduler: false },
      instance: '',
    });
  });

  it('says that nothing answers, and what to do', async () => {
    const server = createServer();
    const endpoint = await listening(server);
    await new Promise((closed) => server.close(closed));
    await expect(detectLocalAws(endpoint)).rejects.toThrow(
      `Nothing answers at ${endpoint} (ECONNREFUSED). AWS_ENDPOINT_URL names it: start that local AWS first`,
    );
  });

  it('takes MiniStack for ready only when it says so', async () => {
    expect(await ministackIsReady(await answering(MINISTACK))).toBe(true);
    expect(await ministackIsReady(await answering({ '/_ministack/ready': { status: 'running' } }))).toBe(false);
    expect(await ministackIsReady(await answering({}))).toBe(false);
  });
});

describe('the endpoint that AWS_ENDPOINT_URL names', () => {
  it('is taken without its trailing slash', () => {
    expect(parseEndpoint('http://localhost:4566/')).toBe('http://localhost:4566');
  });

  it.each([
    ['127.0.0.1:4566', 'not a URL'],
    ['ftp://127.0.0.1', 'neither http nor https'],
    ['http://127.0.0.1:4566/path', 'more than host and port'],
    ['https://dynamodb.us-east-1.amazonaws.com', 'AWS itself'],
    ['https://sqs.cn-north-1.amazonaws.com.cn', 'AWS itself'],
    ['https://lambda.us-east-1.api.aws', 'AWS itself'],
  ])('is rejected with the reason when it is %s', (text, reason) => {
    expect(() => parseEndpoint(text)).toThrow(reason);
  });

  it('is used as it is, with made-up credentials instead of the real ones of the shell', async () => {
    const endpoint = await answering({ ...LOCALSTACK, '/': '<Account>123456789012</Account>' });
    const lines: string[] = [];
    const aws = await findOrStartLocalAws({
      root: temporaryFolder(),
      log: (line) => lines.push(line),
      caller: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'AKIAREAL', AWS_SECRET_ACCESS_KEY: 'real' },
    });
    expect(aws).toMatchObject({
      kind: 'localstack',
      endpoint,
      started: false,
      account: '123456789012',
      region: 'us-east-1',
    });
    expect(aws.env).toMatchObject({
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    expect(lines).toEqual([`Using the LocalStack at ${endpoint} (AWS_ENDPOINT_URL)`]);
  });
});

describe('asking the endpoint', () => {
  const target = (endpoint: string) => ({ endpoint, region: 'us-east-1', accessKeyId: 'test' });

  it('for the account: the usual one of emulators when it does not say', async () => {
    expect(await callerAccount(target(await answering({})))).toBe('000000000000');
  });

  it('for a stack: its identifier and state, nothing when it was deleted or never was', async () => {
    const stack = (status: string) => `<StackId>arn:one</StackId><StackStatus>${status}</StackStatus>`;
    const created = target(await answering({ '/': stack('CREATE_COMPLETE') }));
    expect(await describeStack(created, 'data')).toEqual({ id: 'arn:one', status: 'CREATE_COMPLETE' });
    expect(await describeStack(target(await answering({ '/': stack('DELETE_COMPLETE') })), 'data')).toBeUndefined();
    expect(await describeStack(target(await answering({})), 'data')).toBeUndefined();
  });
});
