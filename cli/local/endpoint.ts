import { join } from 'node:path';
import { type Capabilities, detectLocalAws, type LocalAwsKind, parseEndpoint } from './detect.ts';
import { awsEnvironment, DEFAULT_REGION, type LocalCredentials, localCredentials } from './environment.ts';
import { withLock } from './lock.ts';
import { endpointOf, findOrStartMinistack, MINISTACK_CREDENTIALS, runningMinistack } from './ministack.ts';
import { localPaths } from './paths.ts';
import { callerAccount } from './query-api.ts';

/** A local AWS that answers, and how to talk to it. */
export interface LocalAws {
  readonly kind: LocalAwsKind;
  readonly endpoint: string;
  /** Whether this very call started it. */
  readonly started: boolean;
  /** Whether it is the one of this checkout, which is started and ended from here. */
  readonly isOwn: boolean;
  /** Tells one run of the emulator from the next where that is known; else empty. */
  readonly instance: string;
  /** What `localEnvironment` takes to make the environment of whatever has to use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly account: string;
  readonly region: string;
  readonly capabilities: Capabilities;
}

const TEST_CREDENTIALS: LocalCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * The local AWS to use: the one `AWS_ENDPOINT_URL` names (checked, never started or stopped by us), else the embedded
 * MiniStack of this checkout, reused if it runs, installed and started if not.
 */
export async function findOrStartLocalAws(options: {
  readonly root: string;
  readonly log: (line: string) => void;
  readonly caller?: NodeJS.ProcessEnv;
  /** Which port one that is started is to have, if it is free. */
  readonly port?: number;
}): Promise<LocalAws> {
  const { root, log, caller = process.env, port } = options;
  const named = namedEndpoint(caller);
  if (named === undefined) return embedded(root, log, port);
  // Commands of ours put the embedded one into the environment of what they run: it stays the embedded one.
  const own = await runningMinistack(root);
  return own !== undefined && endpointOf(own.port) === named ? embedded(root, log) : external(named, log, caller);
}

/**
 * How to talk to the local AWS that runs: the one `AWS_ENDPOINT_URL` names, else the one of this checkout.
 * @returns what `localEnvironment` takes; undefined when nothing is named and nothing was started
 */
export async function runningLocalAws(
  root: string,
  caller: NodeJS.ProcessEnv = process.env,
): Promise<Readonly<Record<string, string>> | undefined> {
  const named = namedEndpoint(caller);
  const own = await runningMinistack(root);
  if (named !== undefined && named !== (own && endpointOf(own.port))) {
    const { kind } = await detectLocalAws(named);
    return awsEnvironment(named, DEFAULT_REGION, localCredentials(caller, credentialsOf(kind)));
  }
  return own && awsEnvironment(endpointOf(own.port), DEFAULT_REGION, MINISTACK_CREDENTIALS);
}

const namedEndpoint = ({ AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): string | undefined =>
  AWS_ENDPOINT_URL ? parseEndpoint(AWS_ENDPOINT_URL) : undefined;

const credentialsOf = (kind: LocalAwsKind): LocalCredentials =>
  kind === 'ministack' ? MINISTACK_CREDENTIALS : TEST_CREDENTIALS;

async function embedded(root: string, log: (line: string) => void, port?: number): Promise<LocalAws> {
  const { base } = localPaths(root);
  const found = await withLock(join(base, 'ministack.lock'), () => findOrStartMinistack(root, log, port));
  if (!found.started) log(`Using the MiniStack that runs on ${found.endpoint}`);
  const detected = await detectLocalAws(found.endpoint);
  const described = await describe(found.endpoint, MINISTACK_CREDENTIALS);
  return { ...detected, ...described, isOwn: true, started: found.started, instance: found.startedAt };
}

async function external(endpoint: string, log: (line: string) => void, caller: NodeJS.ProcessEnv): Promise<LocalAws> {
  const detected = await detectLocalAws(endpoint);
  const names = { ministack: 'MiniStack', localstack: 'LocalStack', other: 'local AWS' };
  log(`Using the ${names[detected.kind]} at ${endpoint} (AWS_ENDPOINT_URL)`);
  const described = await describe(endpoint, localCredentials(caller, credentialsOf(detected.kind)));
  return { ...detected, ...described, isOwn: false, started: false };
}

async function describe(endpoint: string, credentials: LocalCredentials) {
  // Always the same region: commands from shells with different settings must find the same stacks.
  const region = DEFAULT_REGION;
  const account = await callerAccount({ endpoint, region, accessKeyId: credentials.accessKeyId });
  return { endpoint, region, account, env: awsEnvironment(endpoint, region, credentials) };
}
