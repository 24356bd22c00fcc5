import { globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { awsEnvironment, enterLocalStage, localCredentials, localEnvironment } from '#cli/local/environment.ts';
import { MINISTACK } from '#cli/local/ministack.ts';
import { choosePython, type PythonProbe } from '#cli/local/python.ts';
import { projectRoot } from '#cli/root.ts';
import { temporaryFolder } from './support.ts';

const fallback = { accessKeyId: 'test', secretAccessKey: 'test' };

describe('credentials for a local endpoint', () => {
  it('are the ones of the shell when they are made up for an emulator', () => {
    const caller = { AWS_ACCESS_KEY_ID: '111122223333', AWS_SECRET_ACCESS_KEY: 'x' };
    expect(localCredentials(caller, fallback)).toEqual({ accessKeyId: '111122223333', secretAccessKey: 'x' });
  });

  it.each([
    ['real ones', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7', AWS_SECRET_ACCESS_KEY: 'x' }],
    ['half of them', { AWS_ACCESS_KEY_ID: 'test' }],
    ['none', {}],
  ])('are dummies when the shell has %s', (_, caller) => {
    expect(localCredentials(caller, fallback)).toEqual(fallback);
  });
});

/** Every variable that the AWS SDK and the CDK name in their code, as far as it is of AWS or of the CDK. */
function namesInPackages(): string[] {
  const found = new Set<string>();
  const name = /\b(?:AWS|AMAZON|CDK)_[A-Z0-9]+(?:_[A-Z0-9]+)*\b/g;
  const cwd = join(projectRoot, 'node_modules');
  const code = ['{@aws-sdk,@smithy}/*/dist-cjs/**/*.js', 'aws-cdk/lib/index.js', 'aws-cdk-lib/core/lib/**/*.js'];
  for (const file of globSync(code, { cwd })) {
    for (const [each] of readFileSync(join(cwd, file), 'utf8').matchAll(name)) found.add(each);
  }
  return [...found].sort();
}

const LEAK = 'of the user';

describe('the environment of the local stage', () => {
  const aws = awsEnvironment('http://127.0.0.1:4600', 'us-east-1', fallback);
  const environmentFor = (caller: NodeJS.ProcessEnv) => localEnvironment(temporaryFolder(), caller, aws);
  const leaksOf = (environment: NodeJS.ProcessEnv): string[] =>
    Object.entries(environment)
      .filter(([, value]) => value?.includes(LEAK))
      .map(([name]) => name);

  it('holds nothing of any variable that the SDK and the CDK know', () => {
    const names = namesInPackages();
    // That the search finds what there is.
    expect(names).toEqual(
      expect.arrayContaining([
        'AWS_PROFILE',
        'AWS_ACCESS_KEY_ID',
        'AWS_SESSION_TOKEN',
        'AWS_CONFIG_FILE',
        'AWS_SHARED_CREDENTIALS_FILE',
        'AWS_WEB_IDENTITY_TOKEN_FILE',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
        'AWS_USE_FIPS_ENDPOINT',
        'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
        'AMAZON_SESSION_TOKEN',
        'CDK_DEFAULT_ACCOUNT',
        'CDK_ROLE_SESSION_NAME',
      ]),
    );
    // Those of single services are put together from their names.
    const services = ['S3', 'SQS', 'DYNAMODB', 'KINESIS', 'SECRETS_MANAGER'].map((each) => `AWS_ENDPOINT_URL_${each}`);
    const caller = Object.fromEntries([...names, ...services].map((each) => [each, LEAK]));
    expect(leaksOf(environmentFor(caller))).toEqual(['AWS_CA_BUNDLE']);
  });

  test.prop([
    fc.dictionary(
      fc
        .tuple(fc.constantFrom('AWS_', 'aws_', 'AMAZON_', 'CDK_'), fc.stringMatching(/^[A-Z0-9_]{1,20}$/))
        .map((parts) => parts.join('')),
      fc.constant(LEAK),
    ),
  ])('holds nothing of variables that are yet to come, and no less than it needs', (caller) => {
    const { AWS_CA_BUNDLE: _, aws_CA_BUNDLE: __, ...others } = caller;
    const environment = environmentFor(others);
    expect(leaksOf(environment)).toEqual([]);
    expect(environment).toMatchObject({
      ...aws,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
  });

  it('keeps the rest, and reaches this machine past any proxy', () => {
    const caller = { HOME: '/home/me', HTTPS_PROXY: 'http://proxy', NO_PROXY: 'intern', AWS_CA_BUNDLE: '/ca.pem' };
    const environment = environmentFor(caller);
    expect(environment).toMatchObject({ HOME: '/home/me', HTTPS_PROXY: 'http://proxy', AWS_CA_BUNDLE: '/ca.pem' });
    expect(environment.NO_PROXY).toBe('127.0.0.1,localhost,intern');
  });

  it('reaches a local AWS in another container past any proxy, too', () => {
    const there = awsEnvironment('http://localstack:4566', 'us-east-1', fallback);
    expect(localEnvironment(temporaryFolder(), {}, there).NO_PROXY).toBe('127.0.0.1,localhost,localstack');
  });

  it('finds the Node of the project first', () => {
    const { PATH } = environmentFor({ PATH: '/usr/bin' });
    expect(PATH?.split(delimiter)).toHaveLength(2);
    expect(PATH?.endsWith(`${delimiter}/usr/bin`)).toBe(true);
  });

  it('is that of this process once it is entered, however often', () => {
    const root = temporaryFolder();
    const before = { ...process.env };
    onTestFinished(() => {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    });
    Object.assign(process.env, { AWS_PROFILE: LEAK, AWS_SESSION_TOKEN: LEAK, AWS_ENDPOINT_URL_S3: LEAK });
    enterLocalStage(root, aws);
    const entered = { ...process.env };
    expect(leaksOf(entered)).toEqual([]);
    expect(entered).toEqual(localEnvironment(root, before, aws));
    enterLocalStage(root, aws);
    expect({ ...process.env }).toEqual(entered);
  });
});

describe('choosing a Python for the embedded local AWS', () => {
  const python = (command: string, version: [number, number, number], missing: string[] = []): PythonProbe => ({
    command,
    version,
    missing,
  });

  it('takes the first that is recent and complete', () => {
    const found = [python('python3', [3, 9, 2]), python('python3.12', [3, 12, 1]), python('python3.11', [3, 11, 0])];
    expect(choosePython(found, MINISTACK).command).toBe('python3.12');
  });

  it('says what to install, and the way without, when there is none', () => {
    expect(() => choosePython([], MINISTACK)).toThrow(
      /there is no Python on the PATH.*apt install python3.*AWS_ENDPOINT_URL/s,
    );
  });

  it('says which one is too old', () => {
    expect(() => choosePython([python('python3', [3, 8, 10])], MINISTACK)).toThrow('python3 on the PATH is 3.8.10');
  });

  it('names the missing part and its package, as on Debian', () => {
    const found = [python('python3', [3, 11, 2], ['ensurepip'])];
    expect(() => choosePython(found, MINISTACK)).toThrow(/lacks the standard module ensurepip.*python3\.11-venv/s);
  });
});
