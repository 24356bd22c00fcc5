import { describe, expect, it } from 'vitest';
import { KEEP_ORDERED_DAYS, lanesOf, MAX_WAIT_DAYS } from '#core/contract/delivery-lanes.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { follow, identityOf, type Resource, resourcesOfType } from '#tests/harness/poller/template.ts';
import { STAGE_NAMES, synthesise, templatesOf } from './stages.ts';

const DAY = 24 * 3600;

describe.each(STAGE_NAMES)('queues of stage %s', (stage) => {
  const templates = templatesOf(stage);
  const queues = resourcesOfType(templates, 'AWS::SQS::Queue');
  const mappings = resourcesOfType(templates, 'AWS::Lambda::EventSourceMapping');
  const redriveOf = (queue: Resource): { deadLetterTargetArn: unknown; maxReceiveCount: number } | undefined =>
    queue.properties.RedrivePolicy as never;
  const worked = queues.filter((queue) => redriveOf(queue) !== undefined);

  it('hide a message for six times the timeout of the function that reads it', () => {
    const read = mappings.flatMap((mapping) => {
      const queue = follow(templates, mapping.stack, mapping.properties.EventSourceArn);
      return queue.type === 'AWS::SQS::Queue' ? [{ mapping, queue }] : [];
    });
    expect(read).toHaveLength(worked.length);
    for (const { mapping, queue } of read) {
      const reader = follow(templates, mapping.stack, mapping.properties.FunctionName);
      const window = Number(mapping.properties.MaximumBatchingWindowInSeconds ?? 0);
      const timeout = Number(reader.properties.Timeout);
      expect(timeout).toBeGreaterThan(0);
      expect(queue.properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout + window);
    }
  });

  it('have dead letters, unless they hold what others gave up', () => {
    const ends = new Set(
      worked.map((queue) => identityOf(follow(templates, queue.stack, redriveOf(queue)!.deadLetterTargetArn))),
    );
    for (const type of ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::EventInvokeConfig']) {
      for (const { stack, properties } of resourcesOfType(templates, type)) {
        const destination = (properties.DestinationConfig as { OnFailure: { Destination: unknown } } | undefined)
          ?.OnFailure;
        if (destination !== undefined) ends.add(identityOf(follow(templates, stack, destination.Destination)));
      }
    }
    expect(worked).toHaveLength(18);
    expect(ends.size).toBe(18 + 5);
    expect(
      queues
        .map(identityOf)
        .filter((queue) => !ends.has(queue))
        .sort(),
    ).toEqual(worked.map(identityOf).sort());
    for (const queue of worked) expect(redriveOf(queue)!.maxReceiveCount).toBeGreaterThanOrEqual(3);
  });

  it('keep dead letters longer than messages, and in a queue of the same kind', () => {
    for (const queue of worked) {
      const deadLetters = follow(templates, queue.stack, redriveOf(queue)!.deadLetterTargetArn);
      expect(deadLetters.properties.MessageRetentionPeriod).toBe(14 * DAY);
      expect(queue.properties.MessageRetentionPeriod).toBeLessThan(14 * DAY);
      expect(deadLetters.properties.FifoQueue).toBe(queue.properties.FifoQueue);
    }
  });

  it('take the order and the deduplication of FIFO messages from the sender, for each profile apart', () => {
    const ordered = worked.filter((queue) => queue.properties.FifoQueue === true);
    expect(ordered).toHaveLength(3);
    for (const { properties } of ordered) {
      expect(properties).toMatchObject({
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      expect(properties.ContentBasedDeduplication).not.toBe(true);
    }
  });

  it('leave attempts to the functions of ordered delivery lanes, which know their queue and its dead letters', () => {
    const ordered = worked.filter((queue) => queue.properties.FifoQueue === true);
    for (const queue of ordered) {
      expect(redriveOf(queue)!.maxReceiveCount).toBe(1000);
      expect(queue.properties.MessageRetentionPeriod).toBe(KEEP_ORDERED_DAYS * DAY);
      const mapping = mappings.find(({ stack, properties }) => {
        return identityOf(follow(templates, stack, properties.EventSourceArn)) === identityOf(queue);
      })!;
      const reader = follow(templates, mapping.stack, mapping.properties.FunctionName);
      const { Variables } = reader.properties.Environment as { Variables: Record<string, unknown> };
      const deadLetters = follow(templates, queue.stack, redriveOf(queue)!.deadLetterTargetArn);
      expect(identityOf(follow(templates, reader.stack, Variables.QUEUE_URL))).toBe(identityOf(queue));
      expect(identityOf(follow(templates, reader.stack, Variables.DEAD_LETTERS_URL))).toBe(identityOf(deadLetters));
      // Queues of the pool are named by what they have in common.
      if (queue.properties.QueueName !== undefined) continue;
      const senders = resourcesOfType(templates, 'AWS::IAM::Policy').filter(({ properties }) =>
        (properties.PolicyDocument as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement.some(
          ({ Action, Resource }) =>
            Action.includes('sqs:SendMessage') && JSON.stringify(Resource).includes(deadLetters.logicalId),
        ),
      );
      expect(senders.map(({ logicalId }) => logicalId.includes('Deliver'))).toEqual([true]);
    }
    expect(MAX_WAIT_DAYS).toBeLessThan(KEEP_ORDERED_DAYS);
  });

  it('are encrypted and answer over TLS only', () => {
    const policies = resourcesOfType(templates, 'AWS::SQS::QueuePolicy');
    const guarded = policies.flatMap((policy) => {
      const { Statement } = policy.properties.PolicyDocument as { Statement: { Effect: string; Condition: unknown }[] };
      const denies = Statement.some(
        ({ Effect, Condition }) =>
          Effect === 'Deny' && JSON.stringify(Condition).includes('"aws:SecureTransport":"false"'),
      );
      const targets = policy.properties.Queues as unknown[];
      return denies ? targets.map((queue) => identityOf(follow(templates, policy.stack, queue))) : [];
    });
    expect(queues).toHaveLength(41);
    expect(guarded.sort()).toEqual(queues.map(identityOf).sort());
    for (const { properties } of queues) expect(properties.SqsManagedSseEnabled).toBe(true);
  });
});

describe('connections', () => {
  it('each get a queue, dead letters and a function of their own', () => {
    const connections = [
      { id: 'one', type: 'http', maxConcurrency: 7 },
      { id: 'two', type: 'http' },
      { id: 'adobe', type: 'aam' },
    ] as const;
    const { sources, queues } = readWiring(
      synthesise('dev', { context: { destinations: JSON.stringify(connections) } }),
    );
    const lanes = connections.flatMap(lanesOf);
    expect(lanes).toHaveLength(4);
    for (const { id, type } of lanes) {
      const source = sources.find((candidate) => candidate.kind === 'sqs' && candidate.queue === id);
      expect(source?.function).toBe(`deliver-${type}/${id}`);
      expect(queues.find(({ name }) => name === id)?.redrive?.deadLetters).toBe(`${id}.dead-letters`);
    }
    const own = sources.filter(
      ({ function: reader }) => reader.startsWith('deliver-') && !/\/(pool|files)$/.test(reader),
    );
    expect(own).toHaveLength(lanes.length);
  });
});
