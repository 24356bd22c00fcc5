import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import { pauseBefore } from '#lambdas/runtime/pause.ts';

const MOST_MESSAGES = 10;
const ATTEMPTS = 6;

/** A message as it is sent, its id within a batch apart. */
export type Message = Omit<SendMessageBatchRequestEntry, 'Id'>;

/** Sends messages in batches, in order; those that the queue did not take are sent again. @throws when it never does */
export async function sendAll(client: SQSClient, queue: string, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += MOST_MESSAGES) {
    let entries = messages
      .slice(start, start + MOST_MESSAGES)
      .map((message, index) => ({ ...message, Id: String(index) }));
    for (let attempt = 1; entries.length > 0; attempt++) {
      if (attempt > ATTEMPTS)
        throw new Error(`A queue did not take ${entries.length} messages in ${ATTEMPTS} attempts`);
      if (attempt > 1) await pauseBefore(attempt);
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries: entries }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      entries = entries.filter(({ Id }) => failed.has(Id));
    }
  }
}
