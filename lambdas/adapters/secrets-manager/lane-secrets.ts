import { randomBytes } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  InvalidRequestException,
  ListSecretsCommand,
  type ListSecretsCommandOutput,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import type { LaneSecrets } from '#core/activation/ports/lane-pool.ts';
import { destinationSecretPrefix, TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';

const { key: Key, value: Value } = TEXT_SECRET_TAG;

/** The name of the secret of a destination that has a lane of the pool. */
export const secretName = (destinationId: string, stage: string): string =>
  `${destinationSecretPrefix(stage)}${destinationId}`;

/** Secrets of destinations in AWS Secrets Manager: made, marked and forgotten; nothing here reads one. */
export const createLaneSecrets = (client: () => SecretsManagerClient, stage: string): LaneSecrets => ({
  create: (destinationId, keys = {}) => createSecret(client(), destinationId, stage, keys),
  forget: (destinationId) => forgetSecret(client(), destinationId, stage),
  markTexting: (destinationIds) => markTexting(client(), destinationIds, stage),
});

/** With a signing key that nobody has to think of; what else is needed is put there later. */
async function createSecret(
  client: SecretsManagerClient,
  destinationId: string,
  stage: string,
  keys: Readonly<Record<string, string>>,
): Promise<void> {
  const Name = secretName(destinationId, stage);
  const SecretString = JSON.stringify({ signingKey: randomBytes(32).toString('hex'), ...keys });
  try {
    await client.send(
      new CreateSecretCommand({
        Name,
        Description: `What Tributary ${stage} needs to deliver to ${destinationId}`,
        SecretString,
      }),
    );
  } catch (error) {
    const isThere = error instanceof ResourceExistsException || error instanceof InvalidRequestException;
    if (!isThere) throw error;
    const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: Name }));
    // It was deleted not long ago, with a destination of the same name.
    if (DeletedDate) await client.send(new RestoreSecretCommand({ SecretId: Name }));
    if (Object.keys(keys).length > 0) await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString }));
  }
}

/** Deleted after the thirty days in which it can be had back. */
async function forgetSecret(client: SecretsManagerClient, destinationId: string, stage: string): Promise<void> {
  try {
    await client.send(new DeleteSecretCommand({ SecretId: secretName(destinationId, stage) }));
  } catch (error) {
    unlessGone(error);
  }
}

/** Only these can be read by the function that vendors of texts call. */
async function markTexting(
  client: SecretsManagerClient,
  destinationIds: readonly string[],
  stage: string,
): Promise<void> {
  const prefix = destinationSecretPrefix(stage);
  const wanted = new Set(destinationIds.map((id) => `${prefix}${id}`));
  const marked = new Set(await markedSecrets(client, prefix));
  for (const SecretId of wanted.difference(marked)) {
    await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] })).catch(unlessGone);
  }
  // Of destinations that have another type now.
  for (const SecretId of marked.difference(wanted)) {
    await client.send(new UntagResourceCommand({ SecretId, TagKeys: [Key] }));
  }
}

/** Somebody has deleted it by hand; who calls is told that it can't be read. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ResourceNotFoundException)) throw error;
}

async function markedSecrets(client: SecretsManagerClient, prefix: string): Promise<string[]> {
  const Filters = [
    { Key: 'name' as const, Values: [prefix] },
    { Key: 'tag-key' as const, Values: [Key] },
  ];
  const names: string[] = [];
  let page: ListSecretsCommandOutput | undefined;
  do {
    const NextToken = page?.NextToken;
    page = await client.send(new ListSecretsCommand({ Filters, ...(NextToken && { NextToken }) }));
    for (const { Name = '', Tags = [], DeletedDate } of page.SecretList ?? []) {
      // Emulators do not know all filters.
      const isMarked = Name.startsWith(prefix) && Tags.some((tag) => tag.Key === Key);
      if (isMarked && DeletedDate === undefined) names.push(Name);
    }
  } while (page.NextToken);
  return names;
}
