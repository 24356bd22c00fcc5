import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

const MAX_MESSAGES = 10;

/**
 * Sends dead letters back to the queue they came from: those that are there now, each once, so that a destination that
 * is still away makes no circle. A letter is deleted after it was sent; sent twice it does no harm.
 * @returns how many were sent
 */
export async function replayDeadLetters(client: SQSClient, deadLetters: string, queue: string): Promise<number> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  const there = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  let sent = 0;
  while (sent < there) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetters,
        MaxNumberOfMessages: Math.min(MAX_MESSAGES, there - sent),
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['MessageGroupId', 'ApproximateReceiveCount'],
      }),
    );
    if (Messages.length === 0) return sent;
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queue, Entries: Messages.map(asEntry) }),
    );
    const failed = new Set(Failed.map(({ Id }) => Id));
    const taken = Messages.filter((_, index) => !failed.has(String(index)));
    if (taken.length === 0)
      throw new Error(`The queue accepts no messages: ${Failed[0]?.Message ?? 'no reason given'}`);
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: deadLetters,
        Entries: taken.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    sent += taken.length;
  }
  return sent;
}

/** Under an id of its own: within five minutes a queue would take it for the message that it was before. */
function asEntry({ Body, MessageId, Attributes }: Message, index: number) {
  const group = Attributes?.MessageGroupId;
  const again = `${MessageId}-${Attributes?.ApproximateReceiveCount ?? '0'}`;
  return {
    Id: String(index),
    MessageBody: Body,
    ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: again }),
  };
}
