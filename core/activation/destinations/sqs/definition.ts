import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { Answer, ItemResult, RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, unreadable } from '#core/activation/item-results.ts';
import { arnOf, awsOrigin, readArn } from '#core/activation/streams/arn.ts';
import { awsCall, awsFailure, callFailure } from '#core/activation/streams/json-protocol.ts';
import { type StreamMessage, streamMessage } from '#core/activation/streams/message.ts';
import { probedReceiver } from '#core/activation/streams/probed.ts';
import { streamDeclaration, streamSettings } from '#core/activation/streams/settings.ts';

/** See the README. */
const MAX_MESSAGES = 10;
const MAX_BYTES = 1024 * 1024;

const definition = z.strictObject({
  ...streamSettings,
  type: z.literal('sqs'),
  /** The ARN of the queue; one whose name ends with `.fifo` keeps the order of each person. */
  queue: arnOf('sqs', /^([\w-]{1,80}(?:\.fifo)?)$/, 'arn:aws:sqs:eu-central-1:111122223333:audiences.fifo'),
  /** The queue's own `MaximumMessageSize`. */
  maxMessageBytes: z.int().min(1024).max(MAX_BYTES).default(MAX_BYTES),
});
export type SqsDestination = z.output<typeof definition>;

function urlsOf({ queue }: SqsDestination): { readonly origin: string; readonly QueueUrl: string } {
  const { region, account, name } = readArn(queue);
  const origin = awsOrigin('sqs', region);
  return { origin, QueueUrl: `${origin}/${account}/${name}` };
}

const isFifo = ({ queue }: SqsDestination): boolean => queue.endsWith('.fifo');

/** Messages on a queue of SQS, of this or another account. */
export const sqs = {
  ...streamDeclaration,
  name: 'sqs',
  title: 'Amazon SQS',
  summary: 'Profiles with their memberships, identities and mapped attributes as messages on a queue.',
  definition,
  example: {
    id: 'audience-queue',
    queue: 'arn:aws:sqs:eu-central-1:111122223333:audiences.fifo',
    roleArn: 'arn:aws:iam::111122223333:role/tributary-audiences',
    externalId: 'audiences-1',
    attributes: ['person.name.firstName'],
  },
  setUp: [
    'In the account of the queue, create a role whose name begins with "tributary-": it may sqs:SendMessage to the queue (and use its key; for `destination test`, sqs:GetQueueAttributes), and trusts the role of the delivery function, with an external id.',
    'Or omit `roleArn`, and list the ARN of the queue in `destinationResources` of the stage.',
    'Use a FIFO queue (its name ends with ".fifo") where the order matters; readers of another heed `delivery` of the message.',
  ],
  limits: ({ requestsPerSecond }) => ({ rows: MAX_MESSAGES, bytes: MAX_BYTES, perSecond: requestsPerSecond }),
  authentication: ({ queue, roleArn, externalId }) => ({
    type: 'aws',
    service: 'sqs',
    region: readArn(queue).region,
    roleArn,
    externalId,
  }),
  rows: (delivery, { maxMessageBytes }, { segmentName }) => {
    const message = streamMessage(delivery, segmentName);
    const isTooLarge = Buffer.byteLength(message.body) > maxMessageBytes;
    return isTooLarge ? failed('drop', 'message-too-large') : [{ call: null, row: message }];
  },
  request: (_call, rows, destination) => {
    const { origin, QueueUrl } = urlsOf(destination);
    return awsCall(`${origin}/`, 'AmazonSQS.SendMessageBatch', '1.0', {
      QueueUrl,
      Entries: rows.map(({ body, person, id }, index) => ({
        Id: String(index),
        MessageBody: body,
        ...(isFifo(destination) && { MessageGroupId: person, MessageDeduplicationId: id }),
      })),
    });
  },
  answer: (outcome, rows) => sqsAnswer(outcome, rows.length),
  probe: (destination) => {
    const { origin, QueueUrl } = urlsOf(destination);
    const AttributeNames = ['MaximumMessageSize'];
    return awsCall(`${origin}/`, 'AmazonSQS.GetQueueAttributes', '1.0', { QueueUrl, AttributeNames });
  },
  probeShows: 'receiver',
  probed: (outcome, { maxMessageBytes }) =>
    probedReceiver(outcome, attributesBody, ({ Attributes: { MaximumMessageSize: takenBytes } }) =>
      Number(takenBytes) < maxMessageBytes ? 'queue-takes-less-than-maxMessageBytes' : undefined,
    ),
} satisfies RequestDestination<SqsDestination, null, StreamMessage>;

const attributesBody = z.looseObject({
  Attributes: z.looseObject({ MaximumMessageSize: z.string().regex(/^\d{1,9}$/) }),
});

const index = z.string().regex(/^\d$/).transform(Number);
const answerBody = z.looseObject({
  Successful: z.array(z.looseObject({ Id: index })).default([]),
  Failed: z.array(z.looseObject({ Id: index, SenderFault: z.boolean().default(false), Code: z.string() })).default([]),
});

/** `SendMessageBatch`: each entry is named once, among those that were taken or those that were not. */
function sqsAnswer(outcome: HttpOutcome, messages: number): Answer<never, never> {
  const failure = callFailure(outcome);
  if (failure) return { kind: 'all', result: failure };
  const read = answerBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  const { Successful: taken, Failed: rejected } = read.data;
  const results = new Map<number, ItemResult>(taken.map(({ Id }) => [Id, DELIVERED]));
  for (const { Id, SenderFault: isOurs, Code: code } of rejected) results.set(Id, rejection(code, isOurs));
  const ordered = Array.from({ length: messages }, (_, position) => results.get(position));
  const isWhole = taken.length + rejected.length === messages && ordered.every((each) => each !== undefined);
  return isWhole ? { kind: 'rows', results: ordered as readonly ItemResult[] } : unreadable();
}

/** What is the sender's fault will never be taken, unless it is a permission that is missing, or only too much at once. */
function rejection(code: string, isOurs: boolean): ItemResult {
  const failure = awsFailure(code);
  const isOfMessage = isOurs && failure.errorClass !== 'wait' && !/AccessDenied|kms/i.test(code);
  return isOfMessage ? failed('drop', failure.reason) : failure;
}
