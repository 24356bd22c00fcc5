import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { sqs } from '#lambdas/adapters/clients.ts';
import { SqsDeliveryLane } from '#lambdas/adapters/sqs/delivery-lane.ts';
import { deliveryLaneContract } from './delivery-lane.contract.ts';

async function fifoQueue(name: string): Promise<string> {
  const { QueueUrl } = await sqs().send(
    new CreateQueueCommand({
      QueueName: `${name}-${randomUUID()}.fifo`,
      Attributes: {
        FifoQueue: 'true',
        VisibilityTimeout: '60',
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      },
    }),
  );
  return QueueUrl!;
}

deliveryLaneContract('SQS', async () => {
  const [queue, deadLetters] = [await fifoQueue('work'), await fifoQueue('dead')];
  const receive = async (QueueUrl: string, WaitTimeSeconds: number) => {
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds }),
    );
    return Messages.map(({ MessageId, ReceiptHandle, Body }) => ({
      id: MessageId!,
      receipt: ReceiptHandle!,
      body: Body!,
    }));
  };
  return {
    lane: new SqsDeliveryLane(sqs(), { queue, deadLetters }),
    send: async (MessageBody, MessageGroupId) => {
      const entry = { MessageBody, MessageGroupId, MessageDeduplicationId: randomUUID() };
      await sqs().send(new SendMessageCommand({ QueueUrl: queue, ...entry }));
    },
    receive: (seconds) => receive(queue, seconds),
    dead: async () => (await receive(deadLetters, 1)).map(({ body }) => body),
  };
});
