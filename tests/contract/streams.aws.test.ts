import { randomUUID } from 'node:crypto';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { callerAccount } from '#cli/local/query-api.ts';
import { probe } from '#core/activation/deliver/probe.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { ItemResult } from '#core/activation/destination-type.ts';
import { type ProfileDestination, requestTypeOf, TYPES } from '#core/activation/registry.ts';
import { createRequestSender } from '#core/activation/request-sender.ts';
import { awsCall } from '#core/activation/streams/json-protocol.ts';
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';
import { kinesis, sqs, sts } from '#lambdas/adapters/clients.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { identity, NO_RATE_LIMIT, profileDelivery } from '#tests/unit/activation/factories.ts';

const http = createHttpClient({ allowPrivate: true });
const signer = createAwsSigner({
  credentials: () => sqs().config.credentials(),
  sts,
  now: Date.now,
  endpoint: process.env.AWS_ENDPOINT_URL,
});

/** Sends to a destination as the delivery function does. */
async function send(written: object, deliveries: readonly ProfileDelivery[]): Promise<readonly ItemResult[]> {
  const { type: name } = written as { type: string };
  const destination = TYPES.get(name)!.definition.parse({ id: 'tried', segments: ['A1'], ...written });
  const failures: unknown[] = [];
  const results = await createRequestSender({
    catalog: { current: async () => ({ destinations: new Map([['tried', destination as ProfileDestination]]) }) },
    http,
    secrets: async () => '{}',
    rateLimit: NO_RATE_LIMIT,
    vendorState: createMemoryVendorState(Date.now),
    awsSigner: signer,
    now: Date.now,
    logFailure: (error) => void failures.push(error),
    typeOf: requestTypeOf,
  })('tried', deliveries, { isBack: false, patience: { leftMs: 0 }, begin: async () => {} });
  expect(failures).toEqual([]);
  return results;
}

/** Tries a destination as `destination test` does. */
async function tried(written: object): Promise<readonly string[]> {
  const { type: name } = written as { type: string };
  const destination = TYPES.get(name)!.definition.parse({ id: 'tried', segments: ['A1'], ...written });
  const steps = await probe(
    destination as ProfileDestination,
    requestTypeOf(destination as ProfileDestination)!,
    '{}',
    {
      http,
      tokens: createMemoryVendorState(Date.now).tokens,
      awsSigner: signer,
      now: Date.now,
    },
  );
  return steps.map(({ step, outcome, reason }) => [step, outcome, reason].filter(Boolean).join(' '));
}
const FOUND = ['secret ok', 'credentials ok', 'receiver ok', 'permission not-tried may-write-would-be-seen'];

const deliveries = (count: number, revision = 1): ProfileDelivery[] =>
  Array.from({ length: count }, (_, n) =>
    profileDelivery({
      destinationId: 'tried',
      canonicalKey: `CRMID#C-${n}`,
      revision,
      identities: [identity('CRMID', `C-${n}`)],
    }),
  );
const all = (count: number): ItemResult[] => Array(count).fill({ delivered: true });
interface Message {
  readonly identityMap: { readonly crmid: readonly { readonly id: string }[] };
  readonly delivery: { readonly revision: number };
}
const who = (body: string): string => {
  const { identityMap, delivery } = JSON.parse(body) as Message;
  return `${identityMap.crmid[0]!.id}/${delivery.revision}`;
};
const names = (count: number, revision = 1): string[] =>
  Array.from({ length: count }, (_, n) => `C-${n}/${revision}`).sort();

async function queue(name: string, fifo: boolean): Promise<{ url: string; arn: string }> {
  const { QueueUrl } = await sqs().send(
    new CreateQueueCommand({ QueueName: name, ...(fifo && { Attributes: { FifoQueue: 'true' } }) }),
  );
  const { Attributes } = await sqs().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { url: QueueUrl!, arn: Attributes!.QueueArn! };
}

async function received(QueueUrl: string, count: number): Promise<string[]> {
  const bodies: string[] = [];
  for (let tries = 0; bodies.length < count && tries < 20; tries += 1) {
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    bodies.push(...Messages.map(({ Body }) => Body!));
  }
  return bodies;
}

describe('streams of AWS', () => {
  let region = '';
  let account = '';
  beforeAll(async () => {
    region = (await sqs().config.region()) as string;
    const { accessKeyId } = await sqs().config.credentials();
    account = await callerAccount({ endpoint: process.env.AWS_ENDPOINT_URL!, region, accessKeyId });
  });
  const role = () => ({ roleArn: `arn:aws:iam::${account}:role/tributary-receiver`, externalId: 'try-1' });

  it('have the records of everybody on a Kinesis stream, put with a role', async () => {
    const StreamName = `audiences-${randomUUID()}`;
    await kinesis().send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    const described = await kinesis().send(new DescribeStreamSummaryCommand({ StreamName }));
    const stream = described.StreamDescriptionSummary!.StreamARN!;
    expect(await tried({ type: 'kinesis', stream, ...role() })).toEqual(FOUND);
    expect(await send({ type: 'kinesis', stream, ...role() }, deliveries(120))).toEqual(all(120));
    const { Shards = [] } = await kinesis().send(new ListShardsCommand({ StreamName }));
    const read: string[] = [];
    for (const { ShardId } of Shards) {
      const { ShardIterator } = await kinesis().send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      const { Records = [] } = await kinesis().send(new GetRecordsCommand({ ShardIterator }));
      read.push(...Records.map(({ Data }) => who(new TextDecoder().decode(Data))));
    }
    expect(read.sort()).toEqual(names(120));
  });

  it('stop, and give nobody up, where there is no such stream', async () => {
    const stream = `arn:aws:kinesis:${region}:${account}:stream/no-such-${randomUUID()}`;
    const [result] = await send({ type: 'kinesis', stream }, deliveries(1));
    expect(result).toMatchObject({ errorClass: 'stop', reason: 'ResourceNotFoundException' });
    expect(await tried({ type: 'kinesis', stream })).toContain('receiver failed ResourceNotFoundException');
    const bus = `arn:aws:events:${region}:${account}:event-bus/no-such-${randomUUID()}`;
    expect(await tried({ type: 'eventbridge', bus })).toContain('receiver failed ResourceNotFoundException');
    const none = `arn:aws:sqs:${region}:${account}:no-such-${randomUUID()}`;
    expect(await tried({ type: 'sqs', queue: none })).toContainEqual(
      expect.stringMatching(/^receiver failed .*QueueDoesNotExist|^receiver failed .*NonExistentQueue/),
    );
  });

  it('have the messages of a person in order on a FIFO queue, and none of them twice', async () => {
    const { url, arn } = await queue(`audiences-${randomUUID()}.fifo`, true);
    expect(await tried({ type: 'sqs', queue: arn, maxMessageBytes: 1_024 })).toEqual(FOUND);
    for (const revision of [1, 2, 2]) {
      expect(await send({ type: 'sqs', queue: arn }, deliveries(12, revision))).toEqual(all(12));
    }
    const read: string[] = [];
    for (let tries = 0; read.length < 24 && tries < 20; tries += 1) {
      const { Messages = [] } = await sqs().send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      read.push(...Messages.map(({ Body }) => who(Body!)));
      await deleteAll(url, Messages);
    }
    expect([...read].sort()).toEqual([...names(12, 1), ...names(12, 2)].sort());
    for (let n = 0; n < 12; n += 1) expect(read.indexOf(`C-${n}/1`)).toBeLessThan(read.indexOf(`C-${n}/2`));
    const { Messages = [] } = await sqs().send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 0 }));
    expect(Messages).toEqual([]);
  });

  it('have the events of everybody on a bus, where rules find them', async () => {
    const call = async (target: string, body: object): Promise<void> => {
      const request = awsCall(`https://events.${region}.amazonaws.com/`, `AWSEvents.${target}`, '1.1', body);
      const signed = await signer(request, { type: 'aws', service: 'events', region });
      const outcome = 'url' in signed ? await http(signed) : signed;
      expect(outcome).toMatchObject({ kind: 'response', status: 200 });
    };
    const [Name, target] = [`audiences-${randomUUID()}`, await queue(`events-${randomUUID()}`, false)];
    await call('CreateEventBus', { Name });
    const EventPattern = JSON.stringify({ source: ['tributary'], detail: { delivery: { revision: [1] } } });
    await call('PutRule', { Name: 'entries', EventBusName: Name, EventPattern });
    await call('PutTargets', { Rule: 'entries', EventBusName: Name, Targets: [{ Id: '1', Arn: target.arn }] });
    const bus = `arn:aws:events:${region}:${account}:event-bus/${Name}`;
    expect(await tried({ type: 'eventbridge', bus, ...role() })).toEqual(FOUND);
    const sent = [...deliveries(12), ...deliveries(3, 2)];
    expect(await send({ type: 'eventbridge', bus, ...role() }, sent)).toEqual(all(15));
    const events = (await received(target.url, 12)).map((body) => JSON.parse(body) as { detail: object });
    expect(events.map(({ detail }) => who(JSON.stringify(detail))).sort()).toEqual(names(12));
    expect(events[0]).toMatchObject({ source: 'tributary', 'detail-type': 'Audience Memberships Changed' });
  });
});

async function deleteAll(
  QueueUrl: string,
  messages: readonly { readonly ReceiptHandle?: string | undefined }[],
): Promise<void> {
  for (const { ReceiptHandle } of messages) await sqs().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}
