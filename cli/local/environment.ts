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

/** What AWS's SDKs, tools and the CDK read begins so; `AMAZON_` is the older spelling, which the CDK still reads. */
const OF_AWS = /^(AWS|AMAZON|CDK)_/i;
/** Whom to trust over TLS says nothing of who one is, or where one goes. */
const KEPT = /^AWS_CA_BUNDLE$/i;

/**
 * The whole environment of whatever works on the local stage, this process or one that it starts: it reaches this local
 * AWS and nothing else, and is nobody but its made-up user. Nothing of the caller's AWS is in it (profiles, keys,
 * session tokens, roles, regions, endpoints of single services, files of settings), and no proxy stands in between.
 * @param aws what `awsEnvironment` says of it
 */
export function localEnvironment(
  root: string,
  caller: NodeJS.ProcessEnv,
  aws: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(caller).filter(([name]) => KEPT.test(name) || !OF_AWS.test(name));
  const noProxy = listed([...hostsPastProxies(aws), caller.NO_PROXY ?? caller.no_proxy], ',');
  return {
    ...Object.fromEntries(kept),
    PATH: listed([nodeBinDirectory(root), caller.PATH], delimiter),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    // No profile is to be read: SDKs and the CDK would follow its settings (region, endpoint, single sign-on).
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...aws,
  };
}

/** From here on this process works on the local stage, and so does what it starts. */
export function enterLocalStage(root: string, aws: Readonly<Record<string, string>>): void {
  const environment = localEnvironment(root, process.env, aws);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
}

function hostsPastProxies({ AWS_ENDPOINT_URL }: Readonly<Record<string, string>>): string[] {
  return ['127.0.0.1', 'localhost', ...(AWS_ENDPOINT_URL ? [new URL(AWS_ENDPOINT_URL).hostname] : [])];
}

/** Joined, each once and in its order; entering a second time adds nothing. */
const listed = (lists: readonly (string | undefined)[], separator: string): string =>
  [...new Set(lists.flatMap((list) => list?.split(separator) ?? []))].filter((each) => each !== '').join(separator);
