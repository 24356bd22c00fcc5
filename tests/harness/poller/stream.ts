import { createHash } from 'node:crypto';
import type { AttributeValue } from 'aws-lambda';
import type { VirtualClock } from './clock.ts';

export interface StreamRecord<P = unknown> {
  /** Decimal digits that grow with every record of the stream. */
  readonly sequenceNumber: string;
  readonly shard: number;
  readonly partitionKey: string;
  readonly arrivedAt: number;
  readonly payload: P;
}

/** What a Kinesis record carries. */
export type KinesisPayload = string | Uint8Array;

/** What a record of a table's stream carries: the item before and after. */
export interface ItemChange {
  readonly keys: Readonly<Record<string, AttributeValue>>;
  readonly oldImage?: Readonly<Record<string, AttributeValue>>;
  readonly newImage?: Readonly<Record<string, AttributeValue>>;
}

export interface MemoryStream<P> {
  readonly name: string;
  /** Records of one partition key are in one shard, in the order they were put. */
  put(partitionKey: string, payload: P): StreamRecord<P>;
  readonly records: readonly StreamRecord<P>[];
  /** How many are given what comes. */
  readonly readers: number;
  /** Gives what comes from now on to one more reader. */
  attach(listener: (record: StreamRecord<P>) => void): void;
}

/** Which of `count` equal parts of the hash range a key falls into, as Kinesis divides it among shards. */
export const partOf = (key: string, count: number): number =>
  Math.floor((createHash('md5').update(key).digest().readUInt32BE(0) / 2 ** 32) * count);

export function createStream<P>(name: string, shards: number, clock: VirtualClock): MemoryStream<P> {
  const records: StreamRecord<P>[] = [];
  const listeners: ((record: StreamRecord<P>) => void)[] = [];
  return {
    name,
    records,
    get readers() {
      return listeners.length;
    },
    attach: (listener) => void listeners.push(listener),
    put(partitionKey, payload) {
      const sequenceNumber = `49${String(records.length + 1).padStart(19, '0')}`;
      const shard = partOf(partitionKey, shards);
      const record = { sequenceNumber, shard, partitionKey, arrivedAt: clock.now(), payload };
      records.push(record);
      for (const listener of listeners) listener(record);
      return record;
    },
  };
}
