import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Resources } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';

/** @throws UserError where a destination has none */
function secretIdOf(destinationId: string, resources: Resources): string {
  const ids = JSON.parse(resources['destination-secrets']) as Readonly<Record<string, string>>;
  const id = Object.hasOwn(ids, destinationId) ? ids[destinationId] : undefined;
  if (id === undefined)
    throw new UserError(`"${destinationId}" has no secret: it authenticates in no way that needs one.`);
  return id;
}

/** The secret of a destination as it is stored. */
export async function readSecret(destinationId: string, resources: Resources): Promise<string> {
  const { SecretString = '' } = await secretsManager().send(
    new GetSecretValueCommand({ SecretId: secretIdOf(destinationId, resources) }),
  );
  return SecretString;
}

/** Puts keys into the secret of a destination; what else is in it stays. */
export async function writeSecret(
  destinationId: string,
  keys: Readonly<Record<string, string>>,
  resources: Resources,
): Promise<void> {
  const credentials = readCredentials(await readSecret(destinationId, resources));
  await secretsManager().send(
    new PutSecretValueCommand({
      SecretId: secretIdOf(destinationId, resources),
      SecretString: JSON.stringify({ ...credentials, ...keys }),
    }),
  );
}
