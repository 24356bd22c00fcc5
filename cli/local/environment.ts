import { delimiter } from 'node:path';
import { nodeBinDirectory } from './paths.ts';

export const DEFAULT_REGION = 'us-east-1';
export const DEFAULT_ACCOUNT = '000000000000';

/** Credentials of emulators: the key is a made-up account number, or "test"; no real key is ever sent to one. */
const EMULATOR_KEY = /^(\d{12}|test)$/;

export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Which credentials to use for a local endpoint: those of the caller when they are an emulator's, else `fallback`. A
 * real access key in the shell must neither reach an emulator nor decide which account it thinks it is.
 */
export function localCredentials(caller: NodeJS.ProcessEnv, fallback: LocalCredentials): LocalCredentials {
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = caller;
  return key !== undefined && EMULATOR_KEY.test(key) && secret !== undefined
    ? { accessKeyId: key, secretAccessKey: secret }
    : fallback;
}

/** The variables that point SDKs, the CDK and our own commands to a local AWS, and keep them off the network. */
export function awsEnvironment(
  endpoint: string,
  region: string,
  credentials: LocalCredentials,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: '1',
    CDK_DISABLE_VERSION_CHECK: '1',
    // The offline rules of CloudFormation take longer than the deployment, and CI checks them.
    CDK_VALIDATION: 'false',
    CDK_S3_FORCE_PATH_STYLE: '1',
  };
}

/**
 * The whole environment for a program that must talk to this local AWS and to nothing else. Of the caller's variables
 * those that could lead it elsewhere are dropped: profiles, session tokens, endpoints of single services, proxies for
 * the loopback address.
 */
export function childEnvironment(
  root: string,
  caller: NodeJS.ProcessEnv,
  aws: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(caller).filter(([name]) => name === 'AWS_CA_BUNDLE' || !/^(AWS|CDK)_/.test(name));
  const noProxy = ['127.0.0.1', 'localhost', caller.NO_PROXY ?? caller.no_proxy].filter(Boolean).join(',');
  return {
    ...Object.fromEntries(kept),
    PATH: [nodeBinDirectory(root), caller.PATH].filter(Boolean).join(delimiter),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    // No profile is to be read: the CDK would follow its settings (region, endpoint, single sign-on).
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...aws,
  };
}
