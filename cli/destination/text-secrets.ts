import {
  ListSecretsCommand,
  type ListSecretsCommandOutput,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { destinationSecretPrefix, TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';

const { key: Key, value: Value } = TEXT_SECRET_TAG;

/**
 * Marks the secrets of those destinations of the pool that send texts, and of no others: only these can be read by the function
 * that vendors of texts call.
 * @param destinationIds of all destinations that send texts and have a lane of the pool
 */
export async function markTextSecrets(destinationIds: readonly string[], stage: string): Promise<void> {
  const prefix = destinationSecretPrefix(stage);
  const wanted = new Set(destinationIds.map((id) => `${prefix}${id}`));
  const marked = new Set(await markedSecrets(prefix));
  for (const SecretId of wanted.difference(marked)) {
    await secretsManager()
      .send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }))
      .catch(unlessGone);
  }
  // Of destinations that have another type now.
  for (const SecretId of marked.difference(wanted)) {
    await secretsManager().send(new UntagResourceCommand({ SecretId, TagKeys: [Key] }));
  }
}

/** Somebody has deleted it by hand; who calls is told that it can't be read. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ResourceNotFoundException)) throw error;
}

async function markedSecrets(prefix: string): Promise<string[]> {
  const Filters = [
    { Key: 'name' as const, Values: [prefix] },
    { Key: 'tag-key' as const, Values: [Key] },
  ];
  const names: string[] = [];
  let page: ListSecretsCommandOutput | undefined;
  do {
    const NextToken = page?.NextToken;
    page = await secretsManager().send(new ListSecretsCommand({ Filters, ...(NextToken && { NextToken }) }));
    for (const { Name = '', Tags = [], DeletedDate } of page.SecretList ?? []) {
      // Emulators do not know all filters.
      const isMarked = Name.startsWith(prefix) && Tags.some((tag) => tag.Key === Key);
      if (isMarked && DeletedDate === undefined) names.push(Name);
    }
  } while (page.NextToken);
  return names;
}
