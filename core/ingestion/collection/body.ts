import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { cutValues } from '#core/ingestion/text/cut-values.ts';
import { textOf } from '#core/ingestion/text/decode-json.ts';
import { OPEN_BRACKET } from '#core/ingestion/text/json-bytes.ts';
import { bomLength, isSpace } from '#core/ingestion/text/splitter.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { cutMessages } from './cut-messages.ts';
import { type Problem, problem } from './problem.ts';

/** A request with several messages may be as large as this, unpacked. Each of its messages has the limit of one. */
export const MAX_BATCH_BYTES = 10 * 1_048_576;

/** The bytes of a body, unpacked as its header says. A bomb is given up on at the limit. */
export function unpackBody(body: Uint8Array, encoding: string | undefined, limit: number): Uint8Array | Problem {
  const kind = encoding?.trim().toLowerCase() ?? 'identity';
  if (kind !== 'identity' && kind !== 'gzip' && kind !== '') {
    return problem(415, 'inlet', 'Unknown content encoding', { detail: 'Send the body as it is, or with gzip' });
  }
  let bytes = body;
  if (kind === 'gzip') {
    try {
      bytes = gunzipSync(body, { maxOutputLength: limit + 1 });
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(limit);
      return problem(400, 'inlet', 'The body is not gzip', { detail: 'The header says content-encoding: gzip' });
    }
  }
  return bytes.length > limit ? tooLarge(limit) : bytes;
}

/** The answer to a body that is too large. @param limit in bytes */
export const tooLarge = (limit: number = MAX_RECORD_BYTES): Problem =>
  problem(413, 'limit', 'Request entity too large', { detail: `At most ${limit} bytes, unpacked` });

/** The messages of `{"messages": [ … ]}`, each as it was sent, since each has its own outcome. */
export function messagesOf(body: Uint8Array): readonly Uint8Array[] | Problem {
  try {
    if (!isUtf8(body)) return malformed('The body is not UTF-8');
    const json = body.subarray(bomLength(body));
    const { messages } = JSON.parse(textOf(json)) as { messages?: unknown };
    if (!Array.isArray(messages) || messages.length === 0) return malformed('Expected {"messages": [ … ]}');
    return cutMessages(json);
  } catch {
    // The engine's own words may quote the record.
    return malformed('Expected {"messages": [ … ]}, in JSON');
  }
}

/** The records in the body of a request on a connection whose records are raw. */
export interface RawBody {
  readonly records: readonly Uint8Array[];
  /** Whether they came as several, an array of one included. */
  readonly areSeveral: boolean;
}

/** A record, or several: lines, one behind the other, or an array, as in the batched mode of CloudEvents. */
export function rawRecordsOf(body: Uint8Array): RawBody | Problem {
  const values = cutValues(body, MAX_RAW_RECORDS + 1);
  if (values.length === 0) return malformed('There is no record in the body');
  if (values.length > MAX_RAW_RECORDS) return malformed(`At most ${MAX_RAW_RECORDS} records in one request`);
  const isArray = body.find((byte) => !isSpace(byte)) === OPEN_BRACKET;
  return { records: values.map(({ bytes }) => bytes), areSeveral: isArray || values.length > 1 };
}

/** As many as one request may hold: each has its own line in the answer. */
const MAX_RAW_RECORDS = 10_000;

/** The answer to a body that cannot be read. @param detail for people, without anything of the body */
export const malformed = (detail: string): Problem => problem(400, 'inlet', 'Malformed request', { detail });
