import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { ItemResult } from '#core/activation/destination-type.ts';
import { eventBridge } from '#core/activation/destinations/eventbridge/definition.ts';
import { kinesis } from '#core/activation/destinations/kinesis/definition.ts';
import { sqs } from '#core/activation/destinations/sqs/definition.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type AnyRequestType, conformanceWorld } from '#tests/contract/destinations/conformance-world.ts';
import { conformance as ofKinesis } from '#tests/contract/destinations/kinesis.ts';
import { runs } from '#tests/harness/runs.ts';
import { entered, exited, identity, NOW, profileDelivery } from './factories.ts';
import { destinationOf } from './vendor-requests.ts';

const STREAM = { type: 'kinesis', stream: 'arn:aws:kinesis:eu-central-1:111122223333:stream/audiences' };
const BUS = { type: 'eventbridge', bus: 'arn:aws:events:eu-central-1:111122223333:event-bus/crm' };
const FIFO = { type: 'sqs', queue: 'arn:aws:sqs:eu-central-1:111122223333:audiences.fifo' };
const TYPES = {
  kinesis: kinesis as unknown as AnyRequestType,
  eventbridge: eventBridge as unknown as AnyRequestType,
  sqs: sqs as unknown as AnyRequestType,
};
const written = { kinesis: STREAM, eventbridge: BUS, sqs: FIFO } as const;
type Name = keyof typeof TYPES;
const NAMES = Object.keys(TYPES) as Name[];

const context = {
  credentials: {},
  now: NOW,
  segmentName: (id: string) => ({ A1: 'First' })[id],
  audienceId: () => undefined,
};
const person = (n: number, change: Partial<ProfileDelivery> = {}): ProfileDelivery =>
  profileDelivery({ canonicalKey: `CRMID#C-${n}`, identities: [identity('CRMID', `C-${n}`)], ...change });
const rowsOf = (name: Name, delivery: ProfileDelivery, change: object = {}) => {
  const type = TYPES[name];
  return type.rows(delivery, destinationOf(type, { ...written[name], ...change }), context);
};
function requestOf(name: Name, deliveries: readonly ProfileDelivery[], change: object = {}) {
  const type = TYPES[name];
  const destination = destinationOf(type, { ...written[name], ...change });
  const rows = deliveries.flatMap((delivery) => {
    const made = rowsOf(name, delivery, change);
    return 'delivered' in made ? [] : made.map(({ row }) => row);
  });
  const request = type.request(null, rows, destination, context);
  return { request, body: JSON.parse(request.body) as Record<string, never>, rows };
}
const answered = (name: Name, body: object, count: number, status = 200) =>
  TYPES[name].answer(
    { kind: 'response', status, body: JSON.stringify(body) },
    Array(count).fill(null),
    null,
    destinationOf(TYPES[name], written[name]),
  );
const classes = (answer: ReturnType<typeof answered>): string[] =>
  answer.kind === 'rows' ? answer.results.map(said) : [`all: ${answer.kind === 'all' ? said(answer.result) : '?'}`];
const said = (result: ItemResult): string => (result.delivered ? 'delivered' : `${result.errorClass} ${result.reason}`);

describe('what a stream is sent', () => {
  it('is what a webhook is, with what tells repetitions and order', () => {
    const { request, body } = requestOf('kinesis', [
      person(42, {
        changes: [entered('A1'), exited('A2')],
        attributes: { 'person.name.firstName': 'Ada' },
        revision: 7,
      }),
    ]);
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://kinesis.eu-central-1.amazonaws.com/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.PutRecords' },
    });
    expect(body).toEqual({
      StreamARN: STREAM.stream,
      Records: [{ PartitionKey: expect.stringMatching(/^[\w-]{22}$/), Data: expect.any(String) }],
    });
    const { Data, PartitionKey } = (body.Records as unknown as { Data: string; PartitionKey: string }[])[0]!;
    expect(JSON.parse(Buffer.from(Data, 'base64').toString())).toEqual({
      person: { name: { firstName: 'Ada' } },
      segmentMembership: {
        ups: {
          A1: { status: 'realized', lastQualificationTime: '2026-03-01T10:00:00.000Z', name: 'First' },
          A2: { status: 'exited', lastQualificationTime: '2026-03-01T10:00:00.000Z' },
        },
      },
      identityMap: { crmid: [{ id: 'C-42' }] },
      delivery: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        person: PartitionKey,
        revision: 7,
        decidedAt: '2026-03-01T10:00:00.000Z',
      },
    });
  });

  it('has one partition key, or message group, for all of one person, and others for others', () => {
    const keys = [person(1), person(1, { changes: [exited('A1')], revision: 2 }), person(2)].map(
      (each) => (rowsOf('kinesis', each) as unknown as { row: { person: string } }[])[0]!.row.person,
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(keys.join()).not.toContain('C-1');
  });

  it('names groups and repetitions on a FIFO queue, and nothing of the kind on another', () => {
    const ids = (deliveries: readonly ProfileDelivery[], change: object = {}) =>
      (requestOf('sqs', deliveries, change).body.Entries as unknown as Record<string, string>[]).map(
        ({ MessageBody: _, ...rest }) => rest,
      );
    const [once, later] = [ids([person(1), person(2)]), ids([person(1, { revision: 2 })])];
    expect(once).toEqual(ids([person(1), person(2)]));
    expect(once.map(({ Id }) => Id)).toEqual(['0', '1']);
    expect(later[0]!.MessageGroupId).toBe(once[0]!.MessageGroupId);
    expect(later[0]!.MessageDeduplicationId).not.toBe(once[0]!.MessageDeduplicationId);
    const plain = { queue: 'arn:aws:sqs:eu-central-1:111122223333:audiences' };
    expect(ids([person(1)], plain)).toEqual([{ Id: '0' }]);
    expect(requestOf('sqs', [person(1)]).body.QueueUrl).toBe(
      'https://sqs.eu-central-1.amazonaws.com/111122223333/audiences.fifo',
    );
  });

  it('goes to EventBridge as the detail of events, with the time of the decision', () => {
    const { body } = requestOf('eventbridge', [person(1)], { source: 'shop.audiences', detailType: 'Members' });
    expect(body.Entries).toEqual([
      {
        EventBusName: BUS.bus,
        Source: 'shop.audiences',
        DetailType: 'Members',
        Detail: expect.stringContaining('"C-1"'),
        Time: NOW / 1_000,
      },
    ]);
  });

  it('has no character that SQS rejects, and says the same with others', () => {
    const name = 'a\uFFFEb\uFFFFc\u0001d\uD800';
    const { body } = requestOf('sqs', [person(1, { attributes: { name } })]);
    const [{ MessageBody }] = body.Entries as unknown as [{ MessageBody: string }];
    expect(MessageBody).not.toMatch(/[^\x20-\x7E]/);
    expect((JSON.parse(MessageBody) as { name: string }).name).toBe(name);
  });

  it.each([
    ['kinesis', 1024 * 1024, 'record-too-large', { maxRecordBytes: 10 * 1024 * 1024 }],
    ['sqs', 1024 * 1024, 'message-too-large', undefined],
    ['eventbridge', 1_000_000, 'event-too-large', undefined],
  ] as const)('leaves out whom %s has no room for: exactly at the limit and one more', (name, most, reason, larger) => {
    const sized = (size: number): ProfileDelivery => {
      const empty = rowsOf(name, person(1, { attributes: { note: '' } })) as unknown as {
        row: Record<string, string>;
      }[];
      const { row } = empty[0]!;
      const own = Buffer.byteLength((row.body ?? row.detail)!);
      const around = name === 'kinesis' ? row.person!.length : name === 'eventbridge' ? 1_000 : 0;
      return person(1, { attributes: { note: 'x'.repeat(size - own - around) } });
    };
    expect(rowsOf(name, sized(most))).toHaveLength(1);
    expect(rowsOf(name, sized(most + 1))).toMatchObject({ errorClass: 'drop', reason });
    if (larger) expect(rowsOf(name, sized(most + 1), larger)).toHaveLength(1);
  });

  it('goes to the region of the ARN, in China too, with the role that the catalog names', () => {
    const role = 'arn:aws-cn:iam::111122223333:role/tributary-writer';
    const change = { stream: 'arn:aws-cn:kinesis:cn-north-1:111122223333:stream/a', roleArn: role, externalId: 'x-1' };
    expect(requestOf('kinesis', [person(1)], change).request.url).toBe('https://kinesis.cn-north-1.amazonaws.com.cn/');
    const type = TYPES.kinesis;
    expect(type.authentication(destinationOf(type, { ...STREAM, ...change }))).toEqual({
      type: 'aws',
      service: 'kinesis',
      region: 'cn-north-1',
      roleArn: role,
      externalId: 'x-1',
    });
  });
});

describe('what a stream answers', () => {
  it('counts for each record by itself', () => {
    const Records = [
      { SequenceNumber: '1', ShardId: 's' },
      { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded for shard' },
      { ErrorCode: 'InternalFailure', ErrorMessage: 'no' },
    ];
    expect(classes(answered('kinesis', { FailedRecordCount: 2, Records }, 3))).toEqual([
      'delivered',
      'wait ProvisionedThroughputExceededException',
      'retry InternalFailure',
    ]);
    const Entries = [
      { EventId: 'e' },
      { ErrorCode: 'ThrottlingException' },
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'NotAuthorizedForSourceException' },
    ];
    expect(classes(answered('eventbridge', { FailedEntryCount: 3, Entries }, 4))).toEqual([
      'delivered',
      'wait ThrottlingException',
      'drop MalformedDetail',
      'stop NotAuthorizedForSourceException',
    ]);
    const Failed = [
      { Id: '0', SenderFault: false, Code: 'InternalError' },
      { Id: '1', SenderFault: true, Code: 'InvalidMessageContents' },
      { Id: '3', SenderFault: true, Code: 'RequestThrottled' },
      { Id: '4', SenderFault: true, Code: 'KMS.AccessDeniedException' },
    ];
    expect(classes(answered('sqs', { Successful: [{ Id: '2' }], Failed }, 5))).toEqual([
      'retry InternalError',
      'drop InvalidMessageContents',
      'delivered',
      'wait RequestThrottled',
      'stop AccessDeniedException',
    ]);
  });

  it.each([
    ['kinesis', { FailedRecordCount: 0, Records: [{ SequenceNumber: '1' }] }],
    ['kinesis', { FailedRecordCount: 1, Records: [{ SequenceNumber: '1' }, { SequenceNumber: '2' }] }],
    ['kinesis', { FailedRecordCount: 0, Records: [{ SequenceNumber: '1' }, {}] }],
    ['eventbridge', { FailedEntryCount: 0, Entries: [{ EventId: '1' }] }],
    ['eventbridge', { FailedEntryCount: 0, Entries: [{ EventId: '1' }, { EventId: null }] }],
    ['sqs', { Successful: [{ Id: '0' }] }],
    ['sqs', { Successful: [{ Id: '0' }, { Id: '0' }] }],
    ['sqs', { Successful: [{ Id: '0' }, { Id: '1' }], Failed: [{ Id: '1', Code: 'InternalError' }] }],
    ['sqs', {}],
  ] as const)('says nothing of anybody where it does not add up: %s %j', (name, body) => {
    expect(classes(answered(name, body, 2))).toEqual(['all: retry malformed-answer']);
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'wait'],
    ['com.amazonaws.sqs#RequestThrottled', 'wait'],
    ['KMSThrottlingException', 'wait'],
    ['com.amazonaws.sqs#QueueDoesNotExist', 'stop'],
    ['ResourceNotFoundException', 'stop'],
    ['AccessDeniedException', 'stop'],
    ['KMSDisabledException', 'stop'],
    ['UnrecognizedClientException', 'stop'],
    ['ExpiredTokenException', 'retry'],
    ['InternalFailure', 'retry'],
    ['AWS.SimpleQueueService.BatchRequestTooLong', 'drop'],
    ['ValidationException', 'drop'],
  ])('fails as a whole with %s: %s', (code, errorClass) => {
    for (const name of NAMES) {
      const answer = answered(name, { __type: code, message: 'of C-1' }, 2, 400);
      expect(answer).toMatchObject({ kind: 'all', result: { errorClass } });
      expect(JSON.stringify(answer)).not.toContain('C-1');
    }
  });
});

describe('the catalog', () => {
  const problems = (change: object): string[] =>
    destinationDefinition
      .safeParse({ id: 'd', segments: ['A1'], ...change })
      .error?.issues.map(({ message }) => message) ?? [];

  it('takes what is named by its ARN, and says what it expected', () => {
    for (const name of NAMES) expect(problems(written[name])).toEqual([]);
    expect(problems({ ...STREAM, stream: 'audiences' })).toEqual([
      'expected an ARN such as arn:aws:kinesis:eu-central-1:111122223333:stream/audiences',
    ]);
    expect(problems({ ...STREAM, stream: FIFO.queue })).toHaveLength(1);
    expect(problems({ ...BUS, source: 'aws.events' })).toHaveLength(1);
    expect(problems({ ...BUS, detailType: 'x'.repeat(129) })).toHaveLength(1);
  });

  it('lets nobody send to the queues of the platform itself, or with any role there is', () => {
    expect(problems({ ...FIFO, queue: 'arn:aws:sqs:eu-central-1:111122223333:tributary-prod-reroutes' })).toEqual([
      '"tributary-prod-reroutes" is called like the platform\'s own: give it another name',
    ]);
    expect(problems({ ...FIFO, roleArn: 'arn:aws:iam::111122223333:role/admin' })).toEqual([
      expect.stringContaining('whose name begins with "tributary-"'),
    ]);
  });
});

/** A stream whose records fail one by one, and that keeps what it took. */
function leakyStream(failing: readonly (readonly boolean[])[]) {
  const taken: { person: string; revision: number }[] = [];
  const coming = [...failing];
  const answer = ({ body }: HttpRequest): HttpOutcome => {
    const { Records } = JSON.parse(body) as { Records: { Data: string; PartitionKey: string }[] };
    const bad = coming.shift() ?? [];
    const results = Records.map(({ Data, PartitionKey }, n) => {
      if (bad[n % Math.max(1, bad.length)]) return { ErrorCode: 'ProvisionedThroughputExceededException' };
      const { delivery } = JSON.parse(Buffer.from(Data, 'base64').toString()) as { delivery: { revision: number } };
      taken.push({ person: PartitionKey, revision: delivery.revision });
      return { SequenceNumber: String(taken.length) };
    });
    const FailedRecordCount = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
    return { kind: 'response', status: 200, body: JSON.stringify({ FailedRecordCount, Records: results }) };
  };
  return { taken, answer };
}

describe('records that fail one by one', () => {
  it('come later, once, and each person in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }),
        fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        async (history, failing) => {
          const stream = leakyStream(failing);
          const to = conformanceWorld(TYPES.kinesis, ofKinesis);
          to.line((request) => stream.answer(request));
          const queues = new Map<number, ProfileDelivery[]>();
          for (const [index, n] of history.entries()) {
            queues.set(n, [...(queues.get(n) ?? []), to.entry(n, 'A1', index + 1)]);
          }
          const sent = [...queues.values()].map((own) => own.map(({ revision }) => revision));
          // As a lane does: the first of each person that is not delivered yet.
          for (let round = 0; round < 40; round += 1) {
            const open = [...queues.values()].filter((own) => own.length > 0);
            if (open.length === 0) break;
            const results = await to.send(open.map((own) => own[0]!));
            for (const [i, result] of results.entries()) if (result.delivered) open[i]!.shift();
            to.pass(1_000);
          }
          const read = [...Map.groupBy(stream.taken, ({ person: key }) => key).values()];
          const byFirst = (a: number[], b: number[]): number => a[0]! - b[0]!;
          expect(read.map((own) => own.map(({ revision }) => revision)).sort(byFirst)).toEqual(sent.sort(byFirst));
        },
      ),
      runs(1, 100),
    );
  });
});
