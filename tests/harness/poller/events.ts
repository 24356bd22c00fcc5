import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { DynamoDBRecord, KinesisStreamRecord, SQSRecord } from 'aws-lambda';
import { type QueueMessage, receiptOf } from './queue.ts';
import type { ItemChange, KinesisPayload, StreamRecord } from './stream.ts';

/** Records in the shape in which Lambda hands them to a function. */

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';

export const streamArn = (kind: 'kinesis' | 'dynamodb', stream: string): string =>
  kind === 'kinesis'
    ? `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${stream}`
    : `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${stream}/stream/2026-01-01T00:00:00.000`;

export const shardId = (shard: number): string => `shardId-${String(shard).padStart(12, '0')}`;

export function kinesisRecord(stream: string, record: StreamRecord<KinesisPayload>): KinesisStreamRecord {
  return {
    eventSource: 'aws:kinesis',
    eventName: 'aws:kinesis:record',
    eventVersion: '1.0',
    eventID: `${shardId(record.shard)}:${record.sequenceNumber}`,
    eventSourceARN: streamArn('kinesis', stream),
    awsRegion: REGION,
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/poller`,
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequenceNumber,
      approximateArrivalTimestamp: record.arrivedAt / 1000,
      data: Buffer.from(record.payload).toString('base64'),
    },
  };
}

export function itemRecord(table: string, record: StreamRecord<ItemChange>): DynamoDBRecord {
  const { keys, oldImage, newImage } = record.payload;
  return {
    eventSource: 'aws:dynamodb',
    eventName: newImage === undefined ? 'REMOVE' : oldImage === undefined ? 'INSERT' : 'MODIFY',
    eventVersion: '1.1',
    eventID: createHash('md5').update(record.sequenceNumber).digest('hex'),
    eventSourceARN: streamArn('dynamodb', table),
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(record.arrivedAt / 1000),
      Keys: { ...keys },
      ...(oldImage === undefined ? {} : { OldImage: { ...oldImage } }),
      ...(newImage === undefined ? {} : { NewImage: { ...newImage } }),
      SequenceNumber: record.sequenceNumber,
      SizeBytes: JSON.stringify(record.payload).length,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

export function queueRecord(queue: string, message: QueueMessage): SQSRecord {
  return {
    messageId: message.messageId,
    receiptHandle: receiptOf(message),
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAt),
      SenderId: ACCOUNT,
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
      ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
      ...(message.deduplicationId === undefined ? {} : { MessageDeduplicationId: message.deduplicationId }),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(message.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:${queue}`,
    awsRegion: REGION,
  };
}
