import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { QueueDefinition } from '#tests/harness/poller/event-source.ts';
import { type MemoryQueue, type QueueMessage, receiptOf } from '#tests/harness/poller/queue.ts';

/** A queue's address: as on AWS, one sees from it whether the queue keeps an order. */
export const queueUrl = ({ name, fifo }: QueueDefinition): string => `memory://${name}${fifo ? '.fifo' : ''}`;

type Command =
  | SendMessageBatchCommand
  | ChangeMessageVisibilityBatchCommand
  | DeleteMessageBatchCommand
  | ReceiveMessageCommand;

/** What the real adapters need of a client, over queues in memory: batches of messages, all of which are taken. */
export interface BatchSender {
  send(command: Command): Promise<object>;
}

export const batchSender = (queueAt: (url: string) => MemoryQueue): BatchSender => ({
  async send(command) {
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const { QueueUrl = '', Entries = [] } = command.input;
      return failedOf(Entries, ({ ReceiptHandle, VisibilityTimeout = 0 }) =>
        queueAt(QueueUrl).hide(ReceiptHandle!, VisibilityTimeout),
      );
    }
    if (command instanceof DeleteMessageBatchCommand) {
      const { QueueUrl = '', Entries = [] } = command.input;
      return failedOf(Entries, ({ ReceiptHandle }) => queueAt(QueueUrl).acknowledge(ReceiptHandle!));
    }
    if (command instanceof ReceiveMessageCommand) {
      const { QueueUrl = '', MaxNumberOfMessages = 1 } = command.input;
      return { Messages: queueAt(QueueUrl).receive(MaxNumberOfMessages).map(received) };
    }
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

const received = (message: QueueMessage): Message => ({
  MessageId: message.messageId,
  ReceiptHandle: receiptOf(message),
  Body: message.body,
  Attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
  },
});

/** What SQS answers to a batch: which entries it did not take. */
function failedOf<T extends { readonly Id?: string | undefined }>(
  entries: readonly T[],
  run: (entry: T) => void,
): object {
  const Failed = entries.flatMap((entry) => {
    try {
      run(entry);
      return [];
    } catch {
      return [{ Id: entry.Id, Code: 'InvalidParameterValue', SenderFault: true }];
    }
  });
  return Failed.length > 0 ? { Failed } : {};
}

export const asSqsClient = (sender: BatchSender): SQSClient => sender as unknown as SQSClient;
