import { hash } from 'node:crypto';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Rejection } from '#core/record/record.ts';

/** What an aggregated record of the Kinesis Producer Library begins with; no text in UTF-8 does. */
const MAGIC = [0xf3, 0x89, 0x9a, 0xc2];
const MD5_BYTES = 16;
/** The numbers of fields: the user records in the aggregate, and the data of a user record. */
const RECORDS = 3;
const DATA = 3;

/** Whether it begins as an aggregated record does. */
export const isAggregate = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/**
 * The user records that the Kinesis Producer Library (or one of the libraries that write its format) has put into one
 * Kinesis record: magic bytes, a protobuf message, and its MD5. Partition keys and hash keys are not needed: order is
 * that of the aggregate.
 * @param bytes for which {@link isAggregate} holds
 */
export function userRecordsOf(bytes: Uint8Array): readonly Uint8Array[] | Rejection {
  const end = bytes.length - MD5_BYTES;
  const message = bytes.subarray(MAGIC.length, Math.max(MAGIC.length, end));
  const isWhole = end > MAGIC.length && Buffer.from(hash('md5', message, 'buffer')).equals(bytes.subarray(end));
  if (!isWhole) return DAMAGED;
  try {
    return fieldsOf(message, RECORDS).map((record) => fieldsOf(record, DATA).at(-1) ?? NOTHING);
  } catch {
    return DAMAGED;
  }
}

const NOTHING = new Uint8Array(0);

/** The values of a field whose values have a length, in their order. @throws Error when it is no such message */
function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted && type === WireType.LengthDelimited) values.push(reader.bytes());
    else reader.skip(type, field);
  }
  return values;
}

const DAMAGED: Rejection = {
  code: 'malformed',
  message: 'This is an aggregated record of the Kinesis Producer Library, but it is cut off or damaged; send it again',
  expected: 'an aggregate whose MD5 is that of its contents',
  found: 'bytes that look like a KPL aggregate that is cut off',
};
