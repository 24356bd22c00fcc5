import { SqsDeliveryLane } from '#lambdas/adapters/sqs/delivery-lane.ts';
import { asSqsClient, batchSender, queueUrl } from '#tests/harness/platform/sqs-client.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import { createQueue, type MemoryQueue, receiptOf } from '#tests/harness/poller/queue.ts';
import { queueDefinition } from '#tests/unit/poller/factories.ts';
import { deliveryLaneContract } from './delivery-lane.contract.ts';

deliveryLaneContract('memory', async () => {
  const clock = createClock();
  const definitions = [queueDefinition({ fifo: true }), queueDefinition({ fifo: true, name: 'work.dead-letters' })];
  const queues = new Map<string, MemoryQueue>();
  for (const one of definitions)
    queues.set(
      queueUrl(one),
      createQueue(one, clock, (name) => queues.get(name)!),
    );
  const [queue, deadLetters] = definitions.map(queueUrl) as [string, string];
  let sent = 0;
  return {
    lane: new SqsDeliveryLane(asSqsClient(batchSender((url) => queues.get(url)!)), { queue, deadLetters }),
    send: async (body, groupId) => queues.get(queue)!.send(body, { groupId, deduplicationId: String(sent++) }),
    receive: async (seconds) => {
      for (let waited = 0; queues.get(queue)!.visible() === 0 && waited < seconds; waited++) clock.advanceBy(1_000);
      return queues
        .get(queue)!
        .receive(10)
        .map((message) => ({ id: message.messageId, receipt: receiptOf(message), body: message.body }));
    },
    dead: async () => queues.get(deadLetters)!.messages.map(({ body }) => body),
  };
});
