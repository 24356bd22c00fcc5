import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { describeError } from '#lambdas/runtime/log.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';

describe('secrets', () => {
  const manager = mockClient(SecretsManagerClient);
  afterEach(() => manager.reset());

  it('are read once in five minutes', async () => {
    manager.on(GetSecretValueCommand, { SecretId: 'arn:secret' }).resolves({ SecretString: 'key' });
    let now = 0;
    const secrets = createSecretsManagerSecrets(new SecretsManagerClient({}), { webhook: 'arn:secret' }, () => now);
    expect([await secrets('webhook'), await secrets('webhook')]).toEqual(['key', 'key']);
    expect(manager.commandCalls(GetSecretValueCommand)).toHaveLength(1);
    now = 5 * 60 * 1000;
    await secrets('webhook');
    expect(manager.commandCalls(GetSecretValueCommand)).toHaveLength(2);
  });

  it('say which delivery lane has none', async () => {
    manager.on(GetSecretValueCommand).resolves({});
    const secrets = createSecretsManagerSecrets(new SecretsManagerClient({}), { webhook: 'arn:secret' }, () => 0);
    await expect(secrets('other')).rejects.toThrow('Delivery lane "other" has no secret');
    await expect(secrets('constructor')).rejects.toThrow('has no secret');
    await expect(secrets('webhook')).rejects.toThrow('give it a signing key');
  });
});

describe('metrics', () => {
  const lines: string[] = [];

  beforeEach(() => {
    // Powertools then writes to the console that everybody can watch.
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    lines.length = 0;
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  const dimensionsOf = (line: string): unknown =>
    (JSON.parse(line) as { _aws: { CloudWatchMetrics: { Dimensions: unknown }[] } })._aws.CloudWatchMetrics[0]
      ?.Dimensions;

  it('are published by stage and function, and once more by their own dimension', () => {
    createMetrics('deliver-http', 'dev').count('DeliveriesSent', 3, { destination: 'webhook' });
    expect(lines.map(dimensionsOf)).toEqual([[['stage', 'function']], [['stage', 'function', 'destination']]]);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ stage: 'dev', function: 'deliver-http', DeliveriesSent: 3 });
    }
  });

  it('are not published where there is nothing to count', () => {
    createMetrics('deliver-http', 'dev').count('DeliveriesSent', 0);
    expect(lines).toEqual([]);
  });
});

describe('what is said of an error', () => {
  it('is its name and the first line of its text', () => {
    expect(describeError(new TypeError('first\nsecond'))).toBe('TypeError: first');
    expect(describeError({ secret: 1 })).toBe('something that is no Error was thrown');
  });
});
