import { Buffer } from 'node:buffer';
import { awsConformance, bytesOf, personIn, Rejection } from './aws-vendor.ts';

interface PutRecords {
  readonly StreamARN: string;
  readonly Records: readonly { readonly PartitionKey: string; readonly Data: string }[];
}

const STREAM = 'arn:aws:kinesis:eu-central-1:111122223333:stream/audiences';
const MIB = 1024 * 1024;

/** `PutRecords`: an invalid record sinks the call. */
export const conformance = awsConformance(
  {
    service: 'kinesis',
    target: 'Kinesis_20131202.PutRecords',
    url: 'https://kinesis.eu-central-1.amazonaws.com/',
    call: ({ StreamARN, Records }: PutRecords, taken, { invalid }) => {
      if (StreamARN !== STREAM) return new Rejection('ResourceNotFoundException');
      const records = Records.map(({ PartitionKey, Data }) => {
        const text = Buffer.from(Data, 'base64').toString('utf8');
        return { text, key: PartitionKey, size: bytesOf(text) + bytesOf(PartitionKey) };
      });
      const isTooMany = records.length < 1 || records.length > 500;
      if (isTooMany || records.reduce((sum, { size }) => sum + size, 0) > 10 * MIB)
        return new Rejection('InvalidArgumentException');
      const isBad = ({ text, key, size }: (typeof records)[number]): boolean =>
        size > MIB || key.length < 1 || key.length > 256 || invalid.has(personIn(text));
      if (records.some(isBad)) return new Rejection('ValidationException');
      for (const { text } of records) taken(text);
      return {
        FailedRecordCount: 0,
        Records: records.map((_, n) => ({ SequenceNumber: `4967${n}`, ShardId: 'shardId-000000000000' })),
      };
    },
  },
  { stream: STREAM },
);
