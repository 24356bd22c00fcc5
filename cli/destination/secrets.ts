import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Resources } from '#cli/stage/use-stage.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';
import { createLaneSecrets, secretName } from '#lambdas/adapters/secrets-manager/lane-secrets.ts';

function secretIdOf(destinationId: string, stage: string, resources: Resources): string {
  const ids = JSON.parse(resources['destination-secrets']) as Readonly<Record<string, string>>;
  return Object.hasOwn(ids, destinationId) ? ids[destinationId]! : secretName(destinationId, stage);
}

/** The secret of a destination as it is stored. */
export async function readSecret(destinationId: string, stage: string, resources: Resources): Promise<string> {
  const { SecretString = '' } = await secretsManager().send(
    new GetSecretValueCommand({ SecretId: secretIdOf(destinationId, stage, resources) }),
  );
  return SecretString;
}

/** The same, whether or not the destination has a secret yet: before it is there itself. */
export async function provideSecret(...given: Parameters<typeof writeSecret>): Promise<void> {
  const [destinationId, stage, keys, resources] = given;
  const ids = JSON.parse(resources['destination-secrets']) as Readonly<Record<string, string>>;
  if (!Object.hasOwn(ids, destinationId)) await createLaneSecrets(secretsManager, stage).create(destinationId);
  await writeSecret(destinationId, stage, keys, resources);
}

/** Puts keys into the secret of a destination; what else is in it stays. */
export async function writeSecret(
  destinationId: string,
  stage: string,
  keys: Readonly<Record<string, string>>,
  resources: Resources,
): Promise<void> {
  const credentials = readCredentials(await readSecret(destinationId, stage, resources));
  await secretsManager().send(
    new PutSecretValueCommand({
      SecretId: secretIdOf(destinationId, stage, resources),
      SecretString: JSON.stringify({ ...credentials, ...keys }),
    }),
  );
}
