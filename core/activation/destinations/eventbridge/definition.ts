import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, failed, unreadable } from '#core/activation/item-results.ts';
import { arnOf, awsOrigin, readArn } from '#core/activation/streams/arn.ts';
import { awsCall, callFailure, counted, entryResults } from '#core/activation/streams/json-protocol.ts';
import { streamMessage } from '#core/activation/streams/message.ts';
import { probedReceiver } from '#core/activation/streams/probed.ts';
import { streamDeclaration, streamSettings } from '#core/activation/streams/settings.ts';

/** See the README. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 1_000_000;
/** What an entry has besides its detail: source, detail type, bus and time. */
const AROUND_BYTES = 1_000;

const definition = z.strictObject({
  ...streamSettings,
  type: z.literal('eventbridge'),
  /** The ARN of the event bus. */
  bus: arnOf('events', /^event-bus\/([\w./-]{1,256})$/, 'arn:aws:events:eu-central-1:111122223333:event-bus/audiences'),
  source: z
    .string()
    .regex(/^(?!aws\.)[\w.-]{1,128}$/, 'expected 1 to 128 letters, digits or ._-, and not "aws." at the beginning')
    .default('tributary'),
  detailType: z.string().min(1).max(128).default('Audience Memberships Changed'),
});
export type EventBridgeDestination = z.output<typeof definition>;

interface Row {
  readonly detail: string;
  /** Epoch seconds. */
  readonly time: number;
}

/** Events on a bus of EventBridge, of this or another account. */
export const eventBridge = {
  ...streamDeclaration,
  name: 'eventbridge',
  title: 'Amazon EventBridge',
  summary: 'Profiles with their memberships, identities and mapped attributes as events on a bus.',
  definition,
  example: {
    id: 'audience-events',
    bus: 'arn:aws:events:eu-central-1:111122223333:event-bus/audiences',
    roleArn: 'arn:aws:iam::111122223333:role/tributary-audiences',
    externalId: 'audiences-1',
    attributes: ['person.name.firstName'],
  },
  setUp: [
    'In the account of the bus, create a role whose name begins with "tributary-": it may events:PutEvents to the bus (for `destination test`, events:DescribeEventBus), and trusts the role of the delivery function, with an external id.',
    'Or omit `roleArn`, and list the ARN of the bus in `destinationResources` of the stage.',
    'Have readers heed `detail.delivery`: events come at least once, and in no order.',
  ],
  limits: ({ requestsPerSecond }) => ({
    rows: MAX_ENTRIES,
    bytes: MAX_BYTES - MAX_ENTRIES * AROUND_BYTES,
    perSecond: requestsPerSecond,
  }),
  authentication: ({ bus, roleArn, externalId }) => ({
    type: 'aws',
    service: 'events',
    region: readArn(bus).region,
    roleArn,
    externalId,
  }),
  rows: (delivery, _destination, { segmentName }) => {
    const { body } = streamMessage(delivery, segmentName);
    if (Buffer.byteLength(body) + AROUND_BYTES > MAX_BYTES) return failed('drop', 'event-too-large');
    return [{ call: null, row: { detail: body, time: delivery.decidedAt / 1_000 } }];
  },
  request: (_call, rows, { bus, source, detailType }) =>
    awsCall(`${awsOrigin('events', readArn(bus).region)}/`, 'AWSEvents.PutEvents', '1.1', {
      Entries: rows.map(({ detail, time }) => ({
        EventBusName: bus,
        Source: source,
        DetailType: detailType,
        Detail: detail,
        Time: time,
      })),
    }),
  answer: (outcome, rows) => eventBridgeAnswer(outcome, rows.length),
  probe: ({ bus, roleArn }) =>
    awsCall(`${awsOrigin('events', readArn(bus).region)}/`, 'AWSEvents.DescribeEventBus', '1.1', {
      // A role is of the account of the bus, where its name is enough.
      Name: roleArn === undefined ? bus : readArn(bus).name,
    }),
  probeShows: 'receiver',
  probed: (outcome, { bus }) =>
    probedReceiver(outcome, z.looseObject({ Arn: z.string() }), ({ Arn }) => (Arn === bus ? undefined : 'another-bus')),
} satisfies RequestDestination<EventBridgeDestination, null, Row>;

const answerBody = z.looseObject({
  FailedEntryCount: z.int().min(0).nullish(),
  Entries: z.array(
    z.looseObject({ EventId: z.string().nullish(), ErrorCode: z.string().nullish() }).refine(
      // An event is taken where it has an id, and nowhere else.
      ({ EventId, ErrorCode }) => Boolean(EventId) !== Boolean(ErrorCode),
    ),
  ),
});

/** `PutEvents`: 200 also where single entries failed, in the order of the request. */
function eventBridgeAnswer(outcome: HttpOutcome, entries: number) {
  const failure = callFailure(outcome);
  if (failure) return { kind: 'all' as const, result: failure };
  const read = answerBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  return counted(entryResults(read.data.Entries), entries, read.data.FailedEntryCount ?? undefined);
}
