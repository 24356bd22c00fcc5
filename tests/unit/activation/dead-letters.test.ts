import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { replayDeadLetters } from '#cli/destination/dead-letters.ts';

const letter = (n: number): Message => ({
  MessageId: `id-${n}`,
  ReceiptHandle: `handle-${n}`,
  Body: `body ${n}`,
  Attributes: { MessageGroupId: `group-${n}`, ApproximateReceiveCount: '4' },
});

/** Two queues: dead letters come back to the first while it still fails. */
function queues(count: number, rejects: (entry: SendMessageBatchRequestEntry) => boolean = () => false) {
  const client = new SQSClient({ region: 'eu-west-1' });
  const dead = Array.from({ length: count }, (_, n) => letter(n));
  const sent: SendMessageBatchRequestEntry[] = [];
  const mock = mockClient(client);
  mock
    .on(GetQueueAttributesCommand)
    .callsFake(() => ({ Attributes: { ApproximateNumberOfMessages: String(dead.length) } }));
  mock
    .on(ReceiveMessageCommand)
    .callsFake(({ MaxNumberOfMessages }) => ({ Messages: dead.slice(0, MaxNumberOfMessages) }));
  mock.on(SendMessageBatchCommand).callsFake(({ Entries }: { Entries: SendMessageBatchRequestEntry[] }) => {
    const taken = Entries.filter((entry) => !rejects(entry));
    sent.push(...taken);
    return { Failed: Entries.filter(rejects).map(({ Id }) => ({ Id, Message: 'full' })) };
  });
  mock.on(DeleteMessageBatchCommand).callsFake(({ Entries }: { Entries: { ReceiptHandle: string }[] }) => {
    for (const { ReceiptHandle } of Entries) {
      dead.splice(
        dead.findIndex((one) => one.ReceiptHandle === ReceiptHandle),
        1,
      );
    }
    return {};
  });
  return { client, dead, sent };
}

describe('sending dead letters again', () => {
  it('sends each once, in its group, under an id that no queue takes for the old message', async () => {
    const { client, dead, sent } = queues(23);
    expect(await replayDeadLetters(client, 'dlq', 'queue')).toBe(23);
    expect(dead).toEqual([]);
    expect(sent.map(({ MessageBody }) => MessageBody)).toEqual(Array.from({ length: 23 }, (_, n) => `body ${n}`));
    expect(sent[3]).toMatchObject({ MessageGroupId: 'group-3', MessageDeduplicationId: 'id-3-4' });
  });

  it('deletes nothing that the queue did not take, and says when it takes nothing', async () => {
    const { client, dead } = queues(3, ({ MessageBody }) => MessageBody === 'body 1');
    await expect(replayDeadLetters(client, 'dlq', 'queue')).rejects.toThrow('The queue accepts no messages: full');
    expect(dead.map(({ Body }) => Body)).toEqual(['body 1']);
  });

  it('does nothing where there are none', async () => {
    expect(await replayDeadLetters(queues(0).client, 'dlq', 'queue')).toBe(0);
  });
});
