import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, failed, unreadable } from '#core/activation/item-results.ts';
import { arnOf, awsOrigin, readArn } from '#core/activation/streams/arn.ts';
import { awsCall, callFailure, counted, entryResults } from '#core/activation/streams/json-protocol.ts';
import { type StreamMessage, streamMessage } from '#core/activation/streams/message.ts';
import { probedReceiver } from '#core/activation/streams/probed.ts';
import { streamDeclaration, streamSettings } from '#core/activation/streams/settings.ts';

/** See the README. */
const MAX_RECORDS = 500;
const MAX_CALL_BYTES = 10 * 1024 * 1024;
const DEFAULT_RECORD_BYTES = 1024 * 1024;

const definition = z.strictObject({
  ...streamSettings,
  type: z.literal('kinesis'),
  /** The ARN of the stream. */
  stream: arnOf('kinesis', /^stream\/([\w.-]{1,128})$/, 'arn:aws:kinesis:eu-central-1:111122223333:stream/audiences'),
  /** The stream's own `MaxRecordSize`. */
  maxRecordBytes: z.int().min(DEFAULT_RECORD_BYTES).max(MAX_CALL_BYTES).default(DEFAULT_RECORD_BYTES),
});
export type KinesisDestination = z.output<typeof definition>;

type Row = Pick<StreamMessage, 'person' | 'body'>;

/** Records on a Kinesis stream, of this or another account. */
export const kinesis = {
  ...streamDeclaration,
  name: 'kinesis',
  title: 'Amazon Kinesis Data Streams',
  summary: 'Profiles with their memberships, identities and mapped attributes as JSON records, each person in order.',
  definition,
  example: {
    id: 'audience-stream',
    stream: 'arn:aws:kinesis:eu-central-1:111122223333:stream/audiences',
    roleArn: 'arn:aws:iam::111122223333:role/tributary-audiences',
    externalId: 'audiences-1',
    attributes: ['person.name.firstName'],
  },
  setUp: [
    'In the account of the stream, create a role whose name begins with "tributary-": it may kinesis:PutRecords to the stream (and use its key; for `destination test`, kinesis:DescribeStreamSummary), and trusts the role of the delivery function, with an external id.',
    'Or omit `roleArn`, and list the ARN of the stream in `destinationResources` of the stage.',
  ],
  limits: ({ requestsPerSecond }) => ({ rows: MAX_RECORDS, bytes: MAX_CALL_BYTES, perSecond: requestsPerSecond }),
  authentication: ({ stream, roleArn, externalId }) => ({
    type: 'aws',
    service: 'kinesis',
    region: readArn(stream).region,
    roleArn,
    externalId,
  }),
  rows: (delivery, { maxRecordBytes }, { segmentName }) => {
    const { person, body } = streamMessage(delivery, segmentName);
    const isTooLarge = Buffer.byteLength(body) + Buffer.byteLength(person) > maxRecordBytes;
    return isTooLarge ? failed('drop', 'record-too-large') : [{ call: null, row: { person, body } }];
  },
  request: (_call, rows, { stream }) =>
    awsCall(`${awsOrigin('kinesis', readArn(stream).region)}/`, 'Kinesis_20131202.PutRecords', '1.1', {
      StreamARN: stream,
      Records: rows.map(({ person, body }) => ({
        PartitionKey: person,
        Data: Buffer.from(body).toString('base64'),
      })),
    }),
  answer: (outcome, rows) => kinesisAnswer(outcome, rows.length),
  probe: ({ stream }) =>
    awsCall(`${awsOrigin('kinesis', readArn(stream).region)}/`, 'Kinesis_20131202.DescribeStreamSummary', '1.1', {
      StreamARN: stream,
    }),
  probeShows: 'receiver',
  probed: (outcome, { maxRecordBytes }) =>
    probedReceiver(outcome, summaryBody, ({ StreamDescriptionSummary: found }) => {
      if (!TAKING.has(found.StreamStatus)) return `stream-${found.StreamStatus.toLowerCase()}`;
      const takenBytes = (found.MaxRecordSizeInKiB ?? Number.POSITIVE_INFINITY) * 1024;
      return takenBytes < maxRecordBytes ? 'stream-takes-less-than-maxRecordBytes' : undefined;
    }),
} satisfies RequestDestination<KinesisDestination, null, Row>;

/** While it is updated it takes records as well. */
const TAKING: ReadonlySet<string> = new Set(['ACTIVE', 'UPDATING']);
/** `DescribeStreamSummary` of a stream that is not as large as it may be says so in the second field. */
const summaryBody = z.looseObject({
  StreamDescriptionSummary: z.looseObject({
    StreamStatus: z.string().regex(/^[A-Z]{1,20}$/),
    MaxRecordSizeInKiB: z.int().min(1).nullish(),
  }),
});

const answerBody = z.looseObject({
  FailedRecordCount: z.int().min(0).nullish(),
  Records: z.array(
    z.looseObject({ SequenceNumber: z.string().nullish(), ErrorCode: z.string().nullish() }).refine(
      // A record is taken where it has a number, and nowhere else.
      ({ SequenceNumber, ErrorCode }) => Boolean(SequenceNumber) !== Boolean(ErrorCode),
    ),
  ),
});

/** `PutRecords`: 200 also where single records failed, in the order of the request. */
function kinesisAnswer(outcome: HttpOutcome, records: number) {
  const failure = callFailure(outcome);
  if (failure) return { kind: 'all' as const, result: failure };
  const read = answerBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  return counted(entryResults(read.data.Records), records, read.data.FailedRecordCount ?? undefined);
}
