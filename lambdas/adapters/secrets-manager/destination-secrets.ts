import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/**
 * Secrets of destinations, read and written as they are now.
 * @param fixed destination → name or ARN of its secret, of those that the stage's file names
 * @param prefix of the names of all other secrets
 */
export function createDestinationSecrets(
  client: () => SecretsManagerClient,
  fixed: Readonly<Record<string, string>>,
  prefix: string,
) {
  const idOf = (id: string): string => (Object.hasOwn(fixed, id) ? fixed[id]! : `${prefix}${id}`);
  return {
    async read(destinationId: string): Promise<string | undefined> {
      try {
        const { SecretString } = await client().send(new GetSecretValueCommand({ SecretId: idOf(destinationId) }));
        return SecretString;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async write(destinationId: string, SecretString: string): Promise<void> {
      await client().send(new PutSecretValueCommand({ SecretId: idOf(destinationId), SecretString }));
    },
  };
}
