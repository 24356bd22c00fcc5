import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SigningKey } from '#core/callers/token.ts';
import type { Clock } from '#core/ports/clock.ts';

/** How soon a new key is in use everywhere. */
const KEPT_MS = 60_000;

/**
 * The key that tokens are signed with, from AWS Secrets Manager.
 * @returns a reader of it: one whose `kid` is among those asked for, or undefined
 */
export function createSigningKeys(
  client: SecretsManagerClient,
  secretId: string,
  now: Clock,
): (kids: readonly string[]) => Promise<SigningKey | undefined> {
  let known: { readonly key: SigningKey; readonly until: number } | undefined;
  return async (kids) => {
    if (known && now() < known.until && kids.includes(known.key.kid)) return known.key;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const key = readKey(SecretString ?? '');
    if (!key || !kids.includes(key.kid)) return undefined;
    known = { key, until: now() + KEPT_MS };
    return key;
  };
}

/** Before the first key is made, what a deployment has generated lies in its place. */
function readKey(text: string): SigningKey | undefined {
  if (!text.startsWith('{')) return undefined;
  const { kid, jwk } = JSON.parse(text) as Partial<SigningKey>;
  return kid !== undefined && jwk !== undefined ? { kid, jwk } : undefined;
}
