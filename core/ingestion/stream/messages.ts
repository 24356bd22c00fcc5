import type { Rejection } from '#core/record/record.ts';
import { cutValues } from '../text/cut-values.ts';
import { utf8Of } from '../text/decode-json.ts';
import { bomLength, isSpace, KEPT_BYTES } from '../text/splitter.ts';
import { isAggregate, userRecordsOf } from './aggregate.ts';
import { looksLike } from './looks-like-bytes.ts';
import { isRejection, MAX_UNPACKED_BYTES, unpack } from './unpack.ts';

/** One record of a Kinesis record. */
export interface StreamMessage {
  /** Its text, unpacked; of what cannot be unpacked or divided the bytes as they came. */
  readonly bytes: Uint8Array;
  readonly rejection?: Rejection;
}

/** A Kinesis record holds at most so many records: a few kilobytes that unpack to millions of them are a bomb, too. */
export const MAX_MESSAGES = 50_000;

/**
 * The records that a Kinesis record holds, in their order, at least one: user records of an aggregate of the Kinesis
 * Producer Library, packed with gzip or zstd or not, each one JSON value, several of them, or an array. What cannot be
 * unpacked or divided is one record that is rejected.
 */
export function messagesIn(data: Uint8Array): readonly StreamMessage[] {
  const records = isAggregate(data) ? userRecordsOf(data) : [data];
  if (isRejection(records)) return [{ bytes: data, rejection: records }];
  if (records.length === 0) return [{ bytes: data, rejection: EMPTY }];
  const messages: StreamMessage[] = [];
  let left = MAX_UNPACKED_BYTES;
  for (const record of records) {
    const text = unpack(record, left);
    if (text !== record && !isRejection(text)) left -= text.length;
    for (const message of isRejection(text) ? [{ bytes: record, rejection: text }] : messagesOfText(text)) {
      messages.push(message);
    }
    if (messages.length > MAX_MESSAGES) return [{ bytes: data.subarray(0, KEPT_BYTES), rejection: TOO_MANY }];
  }
  return messages;
}

function messagesOfText(bytes: Uint8Array): readonly StreamMessage[] {
  if (!isDivisible(bytes)) return [{ bytes }];
  const values = cutValues(bytes, MAX_MESSAGES + 1);
  if (values.length === 0) return [{ bytes, rejection: EMPTY }];
  return values.map((value) =>
    value.parseError === undefined ? value : { bytes: value.bytes, rejection: brokenArray(value.parseError) },
  );
}

const OPENINGS = ['{', '[', '\u001e'].map((char) => char.charCodeAt(0));

/** Whether it begins as JSON does, or is text at least: bytes of another form are not cut where they look like lines. */
function isDivisible(bytes: Uint8Array): boolean {
  let start = bomLength(bytes);
  while (start < bytes.length && isSpace(bytes[start]!)) start++;
  const isJson = start === bytes.length || (OPENINGS.includes(bytes[start]!) && bytes[start + 1] !== 0);
  return isJson || (!bytes.includes(0) && utf8Of(bytes) !== undefined);
}

/** The same rejection, saying what it was that could not be read. @param bytes that are no JSON */
export function describeUnreadable(rejection: Rejection, bytes: Uint8Array): Rejection {
  if (rejection.pointer !== undefined || bytes.length === 0) return rejection;
  const kind = looksLike(bytes);
  if (kind === undefined) return rejection;
  return {
    ...rejection,
    message: `${rejection.message}; it looks like ${kind}`,
    found: `bytes that look like ${kind}`,
  };
}

const EMPTY: Rejection = {
  code: 'malformed',
  message: 'There is no record in it',
  expected: 'one JSON value or several',
  found: 'nothing',
};

const TOO_MANY: Rejection = {
  code: 'too-large',
  message: 'The Kinesis record holds too many records; put fewer into one',
  expected: `at most ${MAX_MESSAGES} records`,
  found: 'more',
};

const brokenArray = (message: string): Rejection => ({
  code: 'malformed',
  message,
  expected: 'an array of records, [ … , … ]',
  found: 'a part of one',
});
