import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { allLanes } from '#cli/destination/lanes.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import type { Resources } from './use-stage.ts';

/** Messages that wait or are being worked on, in the queues of all delivery lanes. */
export async function waitingDeliveries(resources: Resources): Promise<Record<string, number>> {
  const lanes = Object.entries(await allLanes(resources));
  return countMessages(Object.fromEntries(lanes.map(([id, { queue }]) => [id, queue])));
}

/** Messages that nobody could work on. */
export async function deadLetters(resources: Resources): Promise<Record<string, number>> {
  const lanes = Object.entries(await allLanes(resources));
  const others = JSON.parse(resources['dead-letter-queues']) as Record<string, string>;
  return countMessages({ ...others, ...Object.fromEntries(lanes.map(([id, urls]) => [id, urls.deadLetters])) });
}

/** Name → messages, for queues that hold any. */
async function countMessages(queues: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const counts = await Promise.all(
    Object.entries(queues).map(async ([name, QueueUrl]) => {
      const { Attributes = {} } = await sqs().send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return [name, Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
