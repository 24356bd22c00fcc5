import type { SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { QueueDefinition } from '#tests/harness/poller/event-source.ts';
import type { MemoryQueue } from '#tests/harness/poller/queue.ts';

/** A queue's address: as on AWS, one sees from it whether the queue keeps an order. */
export const queueUrl = ({ name, fifo }: QueueDefinition): string => `memory://${name}${fifo ? '.fifo' : ''}`;

/** What the real senders need of a client, over queues in memory: batches of messages, all of which are taken. */
export interface BatchSender {
  send(command: SendMessageBatchCommand): Promise<object>;
}

export const batchSender = (queueAt: (url: string) => MemoryQueue): BatchSender => ({
  async send(command) {
    if (!(command instanceof SendMessageBatchCommand)) throw new Error('Only batches of messages can be sent here');
    const { QueueUrl = '', Entries = [] } = command.input;
    const queue = queueAt(QueueUrl);
    for (const { MessageBody = '', MessageGroupId, MessageDeduplicationId } of Entries) {
      queue.send(MessageBody, {
        ...(MessageGroupId !== undefined && { groupId: MessageGroupId }),
        ...(MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
      });
    }
    return {};
  },
});

export const asSqsClient = (sender: BatchSender): SQSClient => sender as unknown as SQSClient;
