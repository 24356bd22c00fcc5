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
  /** Tells one run of the emulator from the next where that is known; else empty. */
  readonly instance: string;
  /** Put these over the environment of whatever has to use it. */
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
}): Promise<LocalAws> {
  const { root, log, caller = process.env } = options;
  if (!caller.AWS_ENDPOINT_URL) return embedded(root, log);
  const named = parseEndpoint(caller.AWS_ENDPOINT_URL);
  // Commands of ours put the embedded one into the environment of what they run: it stays the embedded one.
  const own = await runningMinistack(root);
  return own !== undefined && endpointOf(own.port) === named ? embedded(root, log) : external(named, log, caller);
}

async function embedded(root: string, log: (line: string) => void): Promise<LocalAws> {
  const { base } = localPaths(root);
  const found = await withLock(join(base, 'ministack.lock'), () => findOrStartMinistack(root, log));
  if (!found.started) log(`Using the MiniStack that runs on ${found.endpoint}`);
  const detected = await detectLocalAws(found.endpoint);
  // Always the same region: commands from shells with different settings must find the same stacks.
  const described = await describe(found.endpoint, MINISTACK_CREDENTIALS, DEFAULT_REGION);
  return { ...detected, ...described, started: found.started, instance: found.startedAt };
}

async function external(endpoint: string, log: (line: string) => void, caller: NodeJS.ProcessEnv): Promise<LocalAws> {
  const detected = await detectLocalAws(endpoint);
  const names = { ministack: 'MiniStack', localstack: 'LocalStack', other: 'local AWS' };
  log(`Using the ${names[detected.kind]} at ${endpoint} (AWS_ENDPOINT_URL)`);
  const fallback = detected.kind === 'ministack' ? MINISTACK_CREDENTIALS : TEST_CREDENTIALS;
  const region = caller.AWS_REGION || caller.AWS_DEFAULT_REGION || DEFAULT_REGION;
  const described = await describe(endpoint, localCredentials(caller, fallback), region);
  return { ...detected, ...described, started: false };
}

async function describe(endpoint: string, credentials: LocalCredentials, region: string) {
  const account = await callerAccount({ endpoint, region, accessKeyId: credentials.accessKeyId });
  return { endpoint, region, account, env: awsEnvironment(endpoint, region, credentials) };
}
