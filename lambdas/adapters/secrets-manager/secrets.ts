import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '#core/activation/http/secrets.ts';
import type { Clock } from '#core/ports/clock.ts';

/** How soon a secret that was changed is in use everywhere. */
const KEPT_MS = 5 * 60 * 1000;

/**
 * Secrets from AWS Secrets Manager.
 * @param secretIds delivery lane id → name or ARN of its secret
 * @param prefix of the names of all other secrets; empty where there are none
 */
export function createSecretsManagerSecrets(
  client: SecretsManagerClient,
  secretIds: Readonly<Record<string, string>>,
  now: Clock,
  prefix = '',
): Secrets {
  const known = new Map<string, { readonly secret: string; readonly until: number }>();
  return async (laneId) => {
    const cached = known.get(laneId);
    if (cached && now() < cached.until) return cached.secret;
    const other = prefix === '' ? undefined : `${prefix}${laneId}`;
    const SecretId = Object.hasOwn(secretIds, laneId) ? secretIds[laneId] : other;
    if (SecretId === undefined) {
      throw new Error(`Delivery lane "${laneId}" has no secret: add it to the stage's connections and deploy again`);
    }
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    if (!SecretString) throw new Error(`The secret of delivery lane "${laneId}" has no text: give it a signing key`);
    known.set(laneId, { secret: SecretString, until: now() + KEPT_MS });
    return SecretString;
  };
}
