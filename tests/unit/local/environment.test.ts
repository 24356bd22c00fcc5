import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awsEnvironment, childEnvironment, localCredentials } from '#cli/local/environment.ts';
import { MINISTACK } from '#cli/local/ministack.ts';
import { choosePython, type PythonProbe } from '#cli/local/python.ts';
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

describe('the environment of a program that must reach the local AWS only', () => {
  const aws = awsEnvironment('http://127.0.0.1:4600', 'us-east-1', fallback);
  const child = (caller: NodeJS.ProcessEnv) => childEnvironment(temporaryFolder(), caller, aws);

  it('drops everything of the caller that could lead elsewhere', () => {
    const env = child({
      AWS_PROFILE: 'production',
      AWS_SESSION_TOKEN: 'real',
      AWS_ENDPOINT_URL_S3: 'https://s3.amazonaws.com',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      CDK_DEFAULT_ACCOUNT: '123456789012',
    });
    for (const name of [
      'AWS_PROFILE',
      'AWS_SESSION_TOKEN',
      'AWS_ENDPOINT_URL_S3',
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
      'CDK_DEFAULT_ACCOUNT',
    ]) {
      expect(env).not.toHaveProperty(name);
    }
    expect(env).toMatchObject(aws);
    expect(env.AWS_CONFIG_FILE).toBe('/dev/null');
  });

  it('keeps the rest, and reaches this machine past any proxy', () => {
    const env = child({ HOME: '/home/me', HTTPS_PROXY: 'http://proxy', NO_PROXY: 'intern', AWS_CA_BUNDLE: '/ca.pem' });
    expect(env).toMatchObject({ HOME: '/home/me', HTTPS_PROXY: 'http://proxy', AWS_CA_BUNDLE: '/ca.pem' });
    expect(env.NO_PROXY).toBe('127.0.0.1,localhost,intern');
  });

  it('finds the Node of the project first', () => {
    expect(child({ PATH: '/usr/bin' }).PATH?.split(delimiter)).toHaveLength(2);
    expect(child({ PATH: '/usr/bin' }).PATH?.endsWith(`${delimiter}/usr/bin`)).toBe(true);
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
