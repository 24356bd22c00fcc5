import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { deployAndApply } from '#cli/commands/start.ts';
import { laneQueues } from '#cli/destination/lanes.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient, type SinkRequest } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import { deadLetters, waitingDeliveries } from '#cli/stage/queues.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { entered, identity, profileDelivery } from '#tests/unit/activation/factories.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 500 };
const PROFILES = 40;
const HELD_SECONDS = 6;

const routedIn = ({ body }: SinkRequest): string[] =>
  (JSON.parse(body) as { profiles: { identityMap: { crmid: { id: string }[] } }[] }).profiles.map(
    ({ identityMap }) => identityMap.crmid[0]!.id,
  );

/** What emulators do with hidden messages, attempts and dead letters: the poller shows the rest. */
describe('deliveries through the deployed platform', () => {
  let resources: Resources;
  let sink: SinkClient;
  const run = Date.now();
  const names = Array.from({ length: PROFILES }, (_, n) => `W-${run}-${n}`);

  beforeAll(async () => {
    const deployed = await deployAndApply(projectRoot, join(projectRoot, 'catalog'), new Progress(process.stdout));
    resources = deployed.flow.resources;
    sink = new SinkClient(deployed.sinkUrl);
    await sink.reset();
  });

  const queue = async (names: readonly string[]): Promise<void> => {
    const outbox = new SqsOutbox(sqs(), laneQueues(resources));
    const deliveries = names.map((name) =>
      profileDelivery({
        canonicalKey: `CRMID:${name}`,
        identities: [identity('CRMID', name)],
        changes: [entered('several-stores')],
      }),
    );
    await outbox.send(deliveries.map((delivery) => ({ laneId: 'webhook', group: delivery.canonicalKey, delivery })));
  };
  const requests = async (): Promise<SinkRequest[]> => sink.requests({ path: '/webhook/' });

  it('wait for as long as a destination asks, then go out once each, and none is given up', async () => {
    await sink.behave({ pathPrefix: '/webhook/', status: 429, times: 1, retryAfterSeconds: HELD_SECONDS });
    await queue(names);
    const accepted = async () => (await requests()).filter(({ status }) => status === 200).flatMap(routedIn);
    await vi.waitFor(async () => expect((await accepted()).sort()).toEqual([...names].sort()), WITHIN);
    const [first, ...later] = await requests();
    expect(first?.status).toBe(429);
    // What was on its way at that moment comes a little later.
    const from = Date.parse(first!.time) + 1_500;
    const until = Date.parse(first!.time) + HELD_SECONDS * 1_000;
    expect(later.filter(({ time }) => Date.parse(time) > from && Date.parse(time) < until)).toEqual([]);
    await vi.waitFor(async () => expect(await waitingDeliveries(resources)).not.toHaveProperty('webhook'), WITHIN);
    expect(await deadLetters(resources)).not.toHaveProperty('webhook');
  });

  it('become dead letters at once where they cannot be read', async () => {
    const url = (JSON.parse(resources['destination-queues']) as Record<string, string>).webhook!;
    const entry = { MessageGroupId: 'nobody', MessageDeduplicationId: String(run), MessageBody: '{"kind":"nothing"}' };
    await sqs().send(new SendMessageCommand({ QueueUrl: url, ...entry }));
    await vi.waitFor(async () => expect((await deadLetters(resources)).webhook).toBeGreaterThanOrEqual(1), WITHIN);
    await vi.waitFor(async () => expect(await waitingDeliveries(resources)).not.toHaveProperty('webhook'), WITHIN);
  });
});
