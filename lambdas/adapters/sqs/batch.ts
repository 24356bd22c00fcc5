import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';

const MAX_MESSAGES = 10;
/** Of a batch: what every region and emulator takes. A message that is larger goes alone. */
const MAX_BYTES = 256 * 1024;
const ATTEMPTS = 6;

/** A message as it is sent, its id within a batch apart. */
export type Message = Omit<SendMessageBatchRequestEntry, 'Id'>;

/** Sends messages in batches, in order; those that the queue did not take are sent again. @throws when it never does */
export async function sendAll(client: SQSClient, queue: string, messages: Iterable<Message>): Promise<void> {
  for (const batch of batchesOf(messages)) {
    let entries = batch.map((message, index) => ({ ...message, Id: String(index) }));
    for (let attempt = 1; entries.length > 0; attempt++) {
      if (attempt > ATTEMPTS)
        throw new Error(`A queue did not take ${entries.length} messages in ${ATTEMPTS} attempts`);
      if (attempt > 1) await backoffBefore(attempt);
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries: entries }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      entries = entries.filter(({ Id }) => failed.has(Id));
    }
  }
}

/** Made one after the other, so that not all of them are held as text. */
function* batchesOf(messages: Iterable<Message>): Iterable<Message[]> {
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.MessageBody ?? '');
    if (batch.length === MAX_MESSAGES || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
