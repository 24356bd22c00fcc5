import { randomUUID } from 'node:crypto';
import { DeleteSecretCommand, DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';
import { createLaneSecrets, secretName } from '#lambdas/adapters/secrets-manager/lane-secrets.ts';

describe('the secret of a destination', () => {
  const stage = 'contract';
  const secrets = createLaneSecrets(secretsManager, stage);
  const destination = `hook-${randomUUID()}`;
  const SecretId = secretName(destination, stage);
  const stored = async (): Promise<unknown> =>
    JSON.parse((await secretsManager().send(new GetSecretValueCommand({ SecretId }))).SecretString!);

  it('is made once, and is the same again where the destination comes back after it was removed', async () => {
    await secrets.create(destination);
    const first = await stored();
    expect(first).toEqual({ signingKey: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await secrets.create(destination);
    expect(await stored()).toEqual(first);
    await secretsManager().send(new DeleteSecretCommand({ SecretId }));
    await expect(stored()).rejects.toThrow();
    await secrets.create(destination);
    expect(await stored()).toEqual(first);
  });

  it('is marked as long as the destination sends texts, for the function that vendors call', async () => {
    const [texts, more, other] = ['texts', 'more', 'other'].map((name) => `${name}-${randomUUID()}`);
    for (const id of [texts!, more!, other!]) await secrets.create(id);
    const marked = async (): Promise<boolean[]> =>
      Promise.all(
        [texts!, more!, other!].map(async (id) => {
          const found = await secretsManager().send(new DescribeSecretCommand({ SecretId: secretName(id, stage) }));
          return (found.Tags ?? []).some(
            ({ Key, Value }) => Key === TEXT_SECRET_TAG.key && Value === TEXT_SECRET_TAG.value,
          );
        }),
      );
    await secrets.markTexting([texts!, 'never-made']);
    expect(await marked()).toEqual([true, false, false]);
    await secrets.markTexting([texts!, more!]);
    await secrets.markTexting([more!]);
    expect(await marked()).toEqual([false, true, false]);
  });
});
