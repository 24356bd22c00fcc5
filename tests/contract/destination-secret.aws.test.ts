import { randomUUID } from 'node:crypto';
import { DeleteSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createSecret, secretName } from '#cli/destination/lanes.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';

describe('the secret of a destination', () => {
  const stage = 'contract';
  const destination = `hook-${randomUUID()}`;
  const SecretId = secretName(destination, stage);
  const stored = async (): Promise<unknown> =>
    JSON.parse((await secretsManager().send(new GetSecretValueCommand({ SecretId }))).SecretString!);

  it('is made once, and is the same again where the destination comes back after it was removed', async () => {
    await createSecret(destination, stage);
    const first = await stored();
    expect(first).toEqual({ signingKey: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await createSecret(destination, stage);
    expect(await stored()).toEqual(first);
    await secretsManager().send(new DeleteSecretCommand({ SecretId }));
    await expect(stored()).rejects.toThrow();
    await createSecret(destination, stage);
    expect(await stored()).toEqual(first);
  });
});
