import { hash, randomBytes } from 'node:crypto';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { exportJWK, generateKeyPair } from 'jose';
import { UserError } from '#cli/user-error.ts';
import { addClient, addKey, type Client, type ClientList, revokeClient } from '#core/callers/client.ts';
import type { ClientStore } from '#core/callers/ports/client-store.ts';
import type { SigningKey } from '#core/callers/token.ts';
import { retryOnConflict } from '#core/ports/conflict.ts';
import { dynamoDb, secretsManager } from '#lambdas/adapters/clients.ts';
import { DynamoDbClientStore } from '#lambdas/adapters/dynamodb/client-store.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import type { Resources } from './use-stage.ts';

const backoff = { backoff: backoffBefore };

/** The clients of a deployed stage. */
export const clientStoreOf = (resources: Resources): ClientStore =>
  new DynamoDbClientStore(dynamoDb(), resources['operations-table']);

/** Makes a client, and the first key to sign tokens with where there is none. @throws UserError where there can be none */
export async function createClient(
  resources: Resources,
  asked: { readonly name: string; readonly scopes: readonly string[]; readonly createdBy: string },
): Promise<{ readonly client: Client; readonly secret: string }> {
  const store = clientStoreOf(resources);
  const made = await retryOnConflict(async () => {
    const bytes = { id: randomBytes(16), secret: randomBytes(32), salt: randomBytes(16) };
    const added = await addClient(await store.read(), { ...asked, now: Date.now(), ...bytes });
    if (typeof added === 'string') throw new UserError(`No client was made: ${added}.`);
    await store.write(added.list);
    return added;
  }, backoff);
  if (made.list.keys.length === 0) await rotateKeys(resources, false);
  return made;
}

/** Revokes a client. @throws UserError where there is none */
export async function revoke(resources: Resources, id: string, by: string): Promise<void> {
  const store = clientStoreOf(resources);
  await retryOnConflict(async () => {
    const revoked = revokeClient(await store.read(), id, { by, at: Date.now() });
    if (!revoked) throw new UserError(`No client has the id ${id}, or it is revoked already: tributary client list`);
    await store.write(revoked);
  }, backoff);
}

/**
 * Signs tokens with a new key. Those who verify them know it before the first is signed with it.
 * @param only whether tokens of the keys before count no more
 */
export async function rotateKeys(resources: Resources, only: boolean): Promise<ClientList> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const key = await exportJWK(publicKey);
  const kid = hash('sha256', JSON.stringify(key), 'base64url').slice(0, 16);
  const store = clientStoreOf(resources);
  const list = await retryOnConflict(async () => {
    const changed = addKey(await store.read(), { kid, key, since: Date.now() }, only);
    await store.write(changed);
    return changed;
  }, backoff);
  const signing: SigningKey = { kid, jwk: await exportJWK(privateKey) };
  await secretsManager().send(
    new PutSecretValueCommand({
      SecretId: resources['token-key-secret'],
      SecretString: JSON.stringify(signing),
    }),
  );
  return list;
}
