import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import { readAssembly } from './assembly.ts';
import { type CdkRun, runCdk } from './cdk.ts';
import { activityOf, progressOf } from './deploy-progress.ts';
import {
  type DeployRecord,
  deployRecord,
  describeStacks,
  isSameDeployment,
  isStillThere,
  isTerminal,
  type StackOutputs,
  stackOutputs,
} from './deploy-record.ts';
import type { LocalAws } from './endpoint.ts';
import { localEnvironment } from './environment.ts';
import { withLock } from './lock.ts';
import { type LocalPaths, localPaths } from './paths.ts';
import type { QueryTarget } from './query-api.ts';
import { hashSources } from './sources.ts';
import { readState, removeState, writeState } from './state.ts';

export interface DeployOptions {
  readonly root: string;
  readonly aws: LocalAws;
  readonly log: (line: string) => void;
  /** Told what is going on, again and again. */
  readonly running?: (text: string) => void;
  readonly stage: 'local';
  /** Further `-c name=value`. */
  readonly context?: Readonly<Record<string, string>>;
  /** For each of bootstrap, synthesis and deployment. @default 300,000 */
  readonly timeoutMs?: number;
}

/** What is in the local AWS now. */
export interface Deployed {
  readonly outputs: StackOutputs;
  /** Nothing had changed since the last time, so nothing was deployed. */
  readonly skipped: boolean;
}

/** The CDK's notices, questions and rollback protection have no place in a cloud that is thrown away. */
const QUIET = ['--no-notices', '--no-color'];
/** The time that has passed is shown beside it. */
const TELL_EVERY_MS = 1_000;
const TOOLKIT_STACK = 'CDKToolkit';

/**
 * Deploys the CDK app's local stage with the plain `cdk`: bootstraps the account when it is not, synthesises, and
 * deploys unless exactly this was deployed to exactly this run of the emulator before.
 */
export async function deployLocal(options: DeployOptions): Promise<Deployed> {
  const paths = localPaths(options.root);
  return withLock(join(paths.base, 'deploy.lock'), () => deployAlone(options, paths), 2 * timeoutOf(options));
}

async function deployAlone(options: DeployOptions, paths: LocalPaths): Promise<Deployed> {
  const { root, aws, log } = options;
  const target: QueryTarget = { ...aws, accessKeyId: aws.env.AWS_ACCESS_KEY_ID ?? 'test' };
  const place = { endpoint: aws.endpoint, instance: aws.instance };
  const sourcesHash = hashSources(root, contextOf(options));
  mkdirSync(paths.cdkHome, { recursive: true });
  const began = performance.now();

  const last = await lastDeployment(paths, target);
  if (last !== undefined && isSameDeployment(last.record, { ...place, sourcesHash })) return unchanged(options, last);

  writeFileSync(paths.deployLog, '');
  log('Synthesising the stacks ...');
  // Side by side: they need different things, and each takes seconds.
  const prepared = await Promise.allSettled([synthesise(options, paths), bootstrap(options, paths, target)]);
  for (const one of prepared) if (one.status === 'rejected') throw one.reason;
  const { stacks, hash: assemblyHash } = readAssembly(paths.assembly);

  if (last !== undefined && isSameDeployment(last.record, { ...place, assemblyHash })) {
    writeState(paths.deployRecord, { ...last.record, sourcesHash });
    return unchanged(options, last);
  }
  removeState(paths.deployRecord);
  log(`Deploying ${stacks.length} stacks to ${aws.endpoint} ...`);
  await deployAssembly(options, paths, stacks);
  const facts = await describeStacks(target, stacks);
  for (const [name, stack] of facts) if (!isTerminal(stack)) throw notTerminal(name, stack.status, options);
  if (facts.size === stacks.length) {
    const ids = Object.fromEntries([...facts].map(([name, { id }]) => [name, id]));
    writeState(paths.deployRecord, { ...place, sourcesHash, assemblyHash, stacks: ids });
  }
  log(`Deployed in ${seconds(began)}`);
  return { outputs: readState(paths.outputs, stackOutputs) ?? {}, skipped: false };
}

/** An emulator may leave a stack half made, and the CDK finds "no changes" in it the next time. */
function notTerminal(name: string, status: string, { aws, stage }: DeployOptions): UserError {
  const remedy =
    aws.kind === 'ministack' && aws.instance !== ''
      ? 'Run `npm run stop` and start again.'
      : `Restart that local AWS, or remove the stack with \`npx cdk destroy ${name} -c stage=${stage}\`, and start again.`;
  return new UserError(
    `The stack ${name} is in the state ${status} on ${aws.endpoint}, though \`cdk\` ended well. ${remedy}`,
  );
}

interface LastDeployment {
  readonly record: DeployRecord;
  readonly outputs: StackOutputs;
}

/** The last deployment if all of it is known and still there. */
async function lastDeployment(paths: LocalPaths, target: QueryTarget): Promise<LastDeployment | undefined> {
  const record = readState(paths.deployRecord, deployRecord);
  const outputs = readState(paths.outputs, stackOutputs);
  if (record === undefined || outputs === undefined || record.endpoint !== target.endpoint) return undefined;
  return (await isStillThere(target, record)) ? { record, outputs } : undefined;
}

function unchanged(options: DeployOptions, last: LastDeployment): Deployed {
  options.log(`Nothing has changed since the last deployment (${Object.keys(last.record.stacks).length} stacks)`);
  return { outputs: last.outputs, skipped: true };
}

/** Deploys what was synthesised; one line per stack as it is done. */
async function deployAssembly(options: DeployOptions, paths: LocalPaths, stacks: readonly string[]): Promise<void> {
  rmSync(paths.outputs, { force: true });
  const width = Math.max(...stacks.map((name) => name.length));
  let since = performance.now();
  await run(options, paths, 'deploying the stacks', {
    args: [
      ...['deploy', '--all', '--app', paths.assembly, '--require-approval', 'never', '--method=direct'],
      ...['--outputs-file', paths.outputs, '--progress', 'events', ...QUIET],
    ],
    onLine: (line) => {
      const progress = progressOf(line);
      if (progress === undefined) return;
      options.log(`  ${progress.stack.padEnd(width)}  ${progress.state}, ${seconds(since)}`);
      since = performance.now();
    },
  });
}

/** Synthesises into a folder of its own, so that the deployment need not do it again. */
async function synthesise(options: DeployOptions, paths: LocalPaths): Promise<void> {
  rmSync(paths.assembly, { recursive: true, force: true });
  await run(options, paths, 'synthesising the stacks', {
    args: [
      ...['synth', '--quiet', '--output', paths.assembly, ...QUIET],
      ...Object.entries(contextOf(options)).flatMap(([name, value]) => ['--context', `${name}=${value}`]),
    ],
  });
}

async function bootstrap(options: DeployOptions, paths: LocalPaths, target: QueryTarget): Promise<void> {
  if (isTerminal((await describeStacks(target, [TOOLKIT_STACK])).get(TOOLKIT_STACK))) return;
  const { account, region } = options.aws;
  await run(options, paths, `bootstrapping the account ${account}`, {
    args: ['bootstrap', `aws://${account}/${region}`, ...QUIET],
    cwd: paths.base, // beside a cdk.json it would synthesise the app first, for nothing
  });
}

/** Takes everything away that was deployed, with all data; what is not there is not missed. */
export async function destroyLocal(options: DeployOptions): Promise<void> {
  const paths = localPaths(options.root);
  const alone = async (): Promise<void> => {
    mkdirSync(paths.cdkHome, { recursive: true });
    writeFileSync(paths.deployLog, '');
    removeState(paths.deployRecord);
    options.log(`Removing what is deployed to ${options.aws.endpoint} ...`);
    await synthesise(options, paths);
    await run(options, paths, 'removing the stacks', {
      args: ['destroy', '--all', '--force', '--app', paths.assembly, '--progress', 'events', ...QUIET],
    });
  };
  await withLock(join(paths.base, 'deploy.lock'), alone, 2 * timeoutOf(options));
}

async function run(
  options: DeployOptions,
  paths: LocalPaths,
  what: string,
  command: Pick<CdkRun, 'args' | 'cwd' | 'onLine'>,
): Promise<void> {
  const environment = localEnvironment(options.root, process.env, options.aws.env);
  const { onLine } = command;
  let activity = '';
  const tell = (): void => options.running?.(`${what}${activity}`);
  const timer = setInterval(tell, TELL_EVERY_MS);
  tell();
  const cdk = runCdk({
    root: options.root,
    what,
    // In the home of the user there may be a .cdk.json that names a profile, a role or another toolkit.
    env: { ...environment, HOME: paths.cdkHome, CDK_HOME: paths.cdkHome },
    logFile: paths.deployLog,
    timeoutMs: timeoutOf(options),
    ...command,
    onLine: (line) => {
      const seen = activityOf(line);
      if (seen !== undefined) activity = ` (${seen})`;
      if (seen !== undefined) tell();
      onLine?.(line);
    },
  });
  await cdk.finally(() => clearInterval(timer));
}

function contextOf(options: DeployOptions): Record<string, string> {
  return { ...options.context, stage: options.stage };
}

function timeoutOf(options: DeployOptions): number {
  return options.timeoutMs ?? 300_000;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
