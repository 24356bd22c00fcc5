import { describe, expect, it } from 'vitest';
import { createManagement, NOW } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

describe('the overview of a stage', () => {
  it('says what is active, how the evaluation is doing, and what flowed to each destination within a day', async () => {
    const hour = NOW - 3_600_000;
    const counts = { received: 5, activated: 3, failed: 1, retried: 2, excluded: { 'no-consent': 1 } };
    const management = createManagement(await exampleDefinitions(), {
      runs: {
        runs: async (id) =>
          id === 'webhook'
            ? [
                { hour, ...counts },
                { hour: hour - 3_600_000, ...counts },
              ]
            : [],
        pause: async () => {},
        pausedSince: async (id) => (id === 'webhook' ? hour : undefined),
      },
    });
    await management.call('POST', '/data/core/ups/segment/jobs', [{ segmentId: 'gold-and-silver' }]);
    const { status, body } = await management.call('GET', '/tributary/overview');
    const { version, catalog } = await management.definitions.active();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version,
      evaluation: { status: 'queued' },
      definitions: { segments: catalog.segments.length },
    });
    expect(body.destinations.find(({ id }: { id: string }) => id === 'webhook')).toMatchObject({
      pausedSince: new Date(hour).toISOString(),
      lastDay: { received: 10, activated: 6, failed: 2, excluded: { 'no-consent': 2 } },
    });
  });
});
