import type { Command } from 'commander';
import { printReport } from '#cli/output.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { missingKeys, probe } from '#core/activation/deliver/probe.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { FileTarget } from '#core/activation/files/target.ts';
import type { ProbeStep } from '#core/activation/probe-step.ts';
import { fileTypeOf, type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { createRoleCredentials } from '#lambdas/adapters/aws/roles.ts';
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';
import { dynamoDb, s3, s3With, sts } from '#lambdas/adapters/clients.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { createS3Probe, probeBucket } from '#lambdas/adapters/s3/probe.ts';
import { createSftpProbe } from '#lambdas/adapters/sftp/probe.ts';
import { stageCommand } from './command.ts';
import { type FoundDestination, findDestination } from './find-destination.ts';
import { readSecret } from './secrets.ts';

interface Options {
  readonly stage: string;
  readonly json?: true;
}

export const testCommand = (): Command =>
  stageCommand(
    'test',
    'try the credentials and the permission of a destination, without changing anything there',
  ).action(test);

async function test(id: string, { stage, json }: Options): Promise<void> {
  const found = await findDestination(id, stage);
  const { steps, missing = [] } = await tried(found, stage);
  printReport(json, { destination: id, steps, missingKeys: missing }, asText(steps, missing, isOfAws(found)));
  if (steps.some(({ outcome }) => outcome === 'failed')) throw new NotAllAccepted();
}

interface Tried {
  readonly steps: readonly ProbeStep[];
  readonly missing?: readonly string[];
}

async function tried(found: FoundDestination, stage: string): Promise<Tried> {
  const { id, definition } = found;
  const [requests, files] = [requestTypeOf(definition), fileTypeOf(definition)];
  if (requests) return triedRequests(found, requests, stage);
  if (files) return { steps: await triedFiles(found, files.target?.(definition as ProfileDestination), stage) };
  throw new UserError(`"${id}" is of type "${definition.type}", which signs in nowhere: there is nothing to try.`);
}

async function triedRequests(
  { id, definition, resources }: FoundDestination,
  type: RequestDestination<ProfileDestination>,
  stage: string,
): Promise<Tried> {
  const secret = await readSecret(id, stage, resources);
  const steps = await probe(definition as ProfileDestination, type, secret, {
    http: createHttpClient({ allowPrivate: stage === 'local' }),
    tokens: createDynamoDbVendorState(dynamoDb(), resources['operations-table'], Date.now).tokens,
    awsSigner: createAwsSigner({
      credentials: () => dynamoDb().config.credentials(),
      sts,
      now: Date.now,
      endpoint: process.env.AWS_ENDPOINT_URL,
    }),
    now: Date.now,
  });
  return { steps, missing: missingKeys(type, secret) };
}

/** @param target where files go; none where they stay in the exports bucket of the stage */
function triedFiles(
  { id, resources }: FoundDestination,
  target: FileTarget | undefined,
  stage: string,
): Promise<readonly ProbeStep[]> {
  if (target === undefined) return probeBucket(s3(), resources['exports-bucket']);
  if (target.kind === 's3') {
    return createS3Probe({ assume: createRoleCredentials({ sts, now: Date.now }), client: s3With })(id, target);
  }
  const secrets = (): Promise<string> => readSecret(id, stage, resources);
  return createSftpProbe({ secrets, allowPrivate: stage === 'local' })(id, target);
}

/** Whether it was tried with credentials of AWS, which are those of whoever tries and not of the function. */
function isOfAws({ definition }: FoundDestination): boolean {
  const destination = definition as ProfileDestination;
  const [requests, files] = [requestTypeOf(definition), fileTypeOf(definition)];
  return requests ? requests.authentication(destination).type === 'aws' : files?.target?.(destination)?.kind !== 'sftp';
}

function asText(steps: readonly ProbeStep[], missing: readonly string[], ofAws: boolean): string {
  const lines = steps.map(
    ({ step, outcome, reason }) => `${step}: ${outcome}${reason === undefined ? '' : ` (${reason})`}`,
  );
  const keys = missing.length > 0 ? [`not in the secret, if they are needed: ${missing.join(', ')}`] : [];
  const who = ofAws ? ['Tried with your own credentials of AWS: the function that delivers has its own.'] : [];
  return `${[...lines, ...keys, ...who].join('\n')}\n`;
}
