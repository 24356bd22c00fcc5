import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { runningLocalAws } from '#cli/local/endpoint.ts';
import { enterLocalStage } from '#cli/local/environment.ts';
import { isCheckout, projectRoot } from '#cli/root.ts';
import { UserError } from '#cli/user-error.ts';
import { parameterPath, STAGE_PARAMETERS, type StageParameter } from '#core/contract/stage-parameters.ts';
import { ssm } from '#lambdas/adapters/clients.ts';

/** The stage that is never in AWS itself. */
export const LOCAL_STAGE = 'local';

/** What the resources of a deployed stage are called. */
export type Resources = Readonly<Record<StageParameter, string>>;

const HOW_TO_START = isCheckout
  ? 'Start it with "npm start".'
  : 'Start it with "npm start" in a checkout of Tributary, and set AWS_ENDPOINT_URL to its address.';

/**
 * Finds a deployed stage. The local one is on the local AWS that `AWS_ENDPOINT_URL` names or `npm start` left running, and
 * from here on nothing of the user's own AWS is read; for every other the environment stays exactly as the user has it.
 * @throws UserError when there is none
 */
export async function useStage(stage: string): Promise<Resources> {
  if (stage === LOCAL_STAGE) {
    const aws = await runningLocalAws(projectRoot);
    if (!aws) throw new UserError(`No local AWS is running. ${HOW_TO_START}`);
    enterLocalStage(projectRoot, aws);
  }
  try {
    return await findResources(stage);
  } catch (error) {
    const advice = adviceOn(error as AwsError, stage);
    throw advice === undefined ? error : new UserError(advice, { cause: error });
  }
}

type AwsError = Error & { readonly code?: string; readonly $metadata?: object };

/** What stands between a person and a stage that is not the platform's fault. */
function adviceOn({ name, message, code, $metadata }: AwsError, stage: string): string | undefined {
  if (message === 'Region is missing')
    return `It is not known in which region the stage "${stage}" is. Set AWS_REGION, or AWS_PROFILE to a profile that has a region.`;
  if (name === 'CredentialsProviderError')
    return `No AWS credentials were found for the stage "${stage}". Set AWS_PROFILE, or sign in again. (${message})`;
  if (code === 'ECONNREFUSED')
    return `Nothing answers at ${process.env.AWS_ENDPOINT_URL ?? 'AWS'}. Start what should, or unset AWS_ENDPOINT_URL.`;
  return $metadata && `AWS does not return the parameters of stage "${stage}": ${name}: ${message}`;
}

/** The stages that a checkout has a file of. */
const knownStages = (root: string): string[] =>
  globSync('*.yaml', { cwd: join(root, 'stages') })
    .map((file) => basename(file, '.yaml'))
    .sort();

/** The names that the stage's deployment left in SSM. */
export async function findResources(stage: string): Promise<Resources> {
  const path = parameterPath(stage);
  const found = new Map<string, string>();
  let next: string | undefined;
  do {
    const page = await ssm().send(new GetParametersByPathCommand({ Path: path, ...(next && { NextToken: next }) }));
    for (const { Name, Value } of page.Parameters ?? []) found.set(Name!.slice(path.length + 1), Value!);
    next = page.NextToken;
  } while (next);
  const known = knownStages(projectRoot);
  if (found.size === 0 && known.length > 0 && !known.includes(stage)) {
    throw new UserError(
      `There is no stage "${stage}" here: nothing is deployed under that name, and stages/ has ${known.join(', ')}.`,
    );
  }
  const missing = STAGE_PARAMETERS.filter((handle) => !found.has(handle));
  if (missing.length > 0) throw new UserError(await whyNot(stage, found.size > 0 ? missing : []));
  return Object.fromEntries(found) as Resources;
}

/** @param missing what a stage that is there lacks */
async function whyNot(stage: string, missing: readonly string[]): Promise<string> {
  const { AWS_ENDPOINT_URL: endpoint } = process.env;
  const deploy = stage === LOCAL_STAGE ? 'npm start' : `npx cdk deploy --all -c stage=${stage}`;
  const from = isCheckout ? '' : ' in a checkout of Tributary';
  const place = `${await ssm().config.region()}${endpoint ? ` at ${endpoint}` : ''}`;
  return missing.length === 0
    ? `There is no stage "${stage}" in ${place}. Deploy it with "${deploy}"${from}, or name one that is there with --stage.`
    : `The stage "${stage}" in ${place} was deployed by another version of Tributary, without ${missing.join(', ')}. Deploy it again with "${deploy}"${from}.`;
}
