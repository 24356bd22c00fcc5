import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { sqs } from '#lambdas/adapters/clients.ts';
import type { Resources } from './use-stage.ts';

/** Messages that wait or are being worked on, in the queues of all delivery lanes. */
export const waitingDeliveries = (resources: Resources): Promise<Record<string, number>> =>
  countMessages(JSON.parse(resources['destination-queues']) as Record<string, string>);

/** Messages that nobody could work on. */
export const deadLetters = (resources: Resources): Promise<Record<string, number>> =>
  countMessages(JSON.parse(resources['dead-letter-queues']) as Record<string, string>);

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
