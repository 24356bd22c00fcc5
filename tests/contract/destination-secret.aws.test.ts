import { randomUUID } from 'node:crypto';
import { DeleteSecretCommand, DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createSecret, secretName } from '#cli/destination/lanes.ts';
import { markTextSecrets } from '#cli/destination/text-secrets.ts';
import { TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
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

  it('is marked as long as the destination sends texts, for the function that vendors call', async () => {
    const [texts, more, other] = ['texts', 'more', 'other'].map((name) => `${name}-${randomUUID()}`);
    for (const id of [texts!, more!, other!]) await createSecret(id, stage);
    const marked = async (): Promise<boolean[]> =>
      Promise.all(
        [texts!, more!, other!].map(async (id) => {
          const found = await secretsManager().send(new DescribeSecretCommand({ SecretId: secretName(id, stage) }));
          return (found.Tags ?? []).some(
            ({ Key, Value }) => Key === TEXT_SECRET_TAG.key && Value === TEXT_SECRET_TAG.value,
          );
        }),
      );
    await markTextSecrets([texts!, 'never-made'], stage);
    expect(await marked()).toEqual([true, false, false]);
    await markTextSecrets([texts!, more!], stage);
    await markTextSecrets([more!], stage);
    expect(await marked()).toEqual([false, true, false]);
  });
});
