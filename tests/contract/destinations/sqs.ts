import { awsConformance, bytesOf, personIn, Rejection } from './aws-vendor.ts';

interface SendMessageBatch {
  readonly QueueUrl: string;
  readonly Entries: readonly {
    readonly Id: string;
    readonly MessageBody: string;
    readonly MessageGroupId?: string;
    readonly MessageDeduplicationId?: string;
  }[];
}

const seen = new WeakMap<object, Set<string>>();

/** `SendMessageBatch` to a FIFO queue, which forgets what it has had; entries that fail are named inside a 200. */
export const conformance = awsConformance(
  {
    service: 'sqs',
    target: 'AmazonSQS.SendMessageBatch',
    url: 'https://sqs.eu-central-1.amazonaws.com/',
    call: ({ QueueUrl, Entries }: SendMessageBatch, taken, world) => {
      if (QueueUrl !== 'https://sqs.eu-central-1.amazonaws.com/111122223333/audiences.fifo')
        return new Rejection('QueueDoesNotExist');
      const had = seen.get(world) ?? new Set<string>();
      seen.set(world, had);
      if (Entries.length < 1 || Entries.length > 10) return new Rejection('TooManyEntriesInBatchRequest');
      if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length) return new Rejection('BatchEntryIdsNotDistinct');
      if (Entries.reduce((sum, { MessageBody }) => sum + bytesOf(MessageBody), 0) > 1024 * 1024)
        return new Rejection('BatchRequestTooLong');
      const isBad = ({ MessageBody, MessageGroupId, MessageDeduplicationId }: (typeof Entries)[number]): boolean =>
        !MessageGroupId || !MessageDeduplicationId || world.invalid.has(personIn(MessageBody));
      for (const entry of Entries) {
        if (isBad(entry) || had.has(entry.MessageDeduplicationId!)) continue;
        had.add(entry.MessageDeduplicationId!);
        taken(entry.MessageBody);
      }
      const bad = Entries.filter(isBad);
      return {
        Successful: Entries.filter((entry) => !isBad(entry)).map(({ Id }) => ({ Id, MessageId: `m-${Id}` })),
        ...(bad.length > 0 && {
          Failed: bad.map(({ Id }) => ({ Id, SenderFault: true, Code: 'InvalidMessageContents', Message: 'no' })),
        }),
      };
    },
  },
  { queue: 'arn:aws:sqs:eu-central-1:111122223333:audiences.fifo' },
);
