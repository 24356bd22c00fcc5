import { hash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import stringify from 'safe-stable-stringify';
import type { Outbox, OutgoingDelivery } from '#core/activation/ports/outbox.ts';
import { type Message, sendAll } from './batch.ts';
import type { QueueOf } from './lane-queues.ts';

/** One queue for each delivery lane; FIFO queues keep the order of a group and drop what is said twice. */
export class SqsOutbox implements Outbox {
  readonly #client: SQSClient;
  readonly #queueOf: QueueOf;

  constructor(client: SQSClient, queueOf: QueueOf) {
    this.#client = client;
    this.#queueOf = queueOf;
  }

  async send(deliveries: readonly OutgoingDelivery[]): Promise<void> {
    for (const [laneId, group] of Map.groupBy(deliveries, (delivery) => delivery.laneId)) {
      const queue = await this.#queueOf(laneId);
      if (queue === undefined) {
        throw new Error(`"${laneId}" has no delivery lane: apply the catalog again, which gives it one`);
      }
      const messages = group.map((delivery) => asMessage(delivery, queue.endsWith('.fifo')));
      await sendAll(this.#client, queue, messages);
    }
  }
}

function asMessage({ group, delivery }: OutgoingDelivery, ordered: boolean): Message {
  const MessageBody = JSON.stringify(delivery);
  if (!ordered) return { MessageBody };
  const { decidedAt: _when, ...said } = delivery;
  return {
    MessageBody,
    MessageGroupId: hash('sha256', group, 'hex').slice(0, 32),
    MessageDeduplicationId: hash('sha256', `${group}|${stringify(said)}`, 'hex'),
  };
}
