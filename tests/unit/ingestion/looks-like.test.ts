import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { receivePayload } from '#core/pipeline/receive-payload.ts';
import { aggregateOf } from '#tests/harness/core/aggregate.ts';
import { exampleCatalog } from '#tests/harness/platform/example.ts';

const JSON_TEXT = '{"header":{"datasetId":"web-events"},"body":{"xdmEntity":{"_id":"Zoë"}}}';
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const logs = { messageType: 'DATA_MESSAGE', owner: '1', logGroup: 'g', logEvents: [{ id: '1', message: 'secret' }] };

/** What people send by mistake, and what is said of it. */
const SENT: readonly (readonly [string, string | Uint8Array])[] = [
  ['gzip that is cut off', gzipSync(JSON_TEXT).subarray(0, 30)],
  ['zstd that is cut off', zstdCompressSync(JSON_TEXT).subarray(0, 30)],
  ['a KPL aggregate that is cut off', aggregateOf([JSON_TEXT]).subarray(0, -1)],
  ['an Avro file', Buffer.concat([Buffer.from('Obj\u0001'), hex('04 14 61 76')])],
  ['Avro (a single object)', hex('c3 01 8f 5c 39 3f 1a d5 75 72 06 41 64 61')],
  ['Parquet', new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'a', data: [1] }] }))],
  ['a zip archive (perhaps an Excel file)', hex('50 4b 03 04 14 00 06 00')],
  ['protobuf', hex('0a 03 41 64 61 10 ac 02 1a 02 c3 ab')],
  ['zlib (deflate)', deflateSync(JSON_TEXT)],
  ['MessagePack', hex('82 a1 61 01 a1 62 c3')],
  ['UTF-16 text', utf16(JSON_TEXT)],
  ['UTF-16 text', utf16(`\ufeff${JSON_TEXT}`)],
  ['JSON in another encoding than UTF-8 (perhaps windows-1252)', Buffer.from(JSON_TEXT, 'latin1')],
  ['base64 of JSON', Buffer.from(JSON_TEXT).toString('base64')],
  ['base64 of gzip', gzipSync(JSON_TEXT).toString('base64')],
  ['JSON written as text inside of JSON', JSON.stringify(JSON_TEXT)],
  ['JSON with single quotes (a Python dictionary that was printed)', "{'header': {'datasetId': 'web-events'}}"],
  ['JSON with NaN or Infinity, which JSON does not have', '{"total": NaN}'],
  ['JSON with a comma too much', '{"a": 1,}'],
  ['JSON that is cut off', JSON_TEXT.slice(0, -8)],
  ['XML or HTML', '<?xml version="1.0"?><order/>'],
  ['a form (name=value&…)', 'email=ada%40example.com&name=Ada'],
  ['a line of a web server log', '10.0.0.1 - - [01/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1'],
  ['CSV or other text with separators', 'ada@example.com;Ada;12'],
  ['plain text', 'hello'],
  ['a CloudWatch Logs subscription', gzipSync(JSON.stringify(logs))],
  ['a CloudEvent', '{"specversion":"1.0","id":"1","source":"/shop","type":"t","data":{}}'],
  ['an event of EventBridge', '{"version":"0","detail-type":"Order","source":"shop","detail":{}}'],
  ['a change of a DynamoDB table', '{"eventName":"INSERT","dynamodb":{"Keys":{}}}'],
  ['a change of Debezium', '{"schema":{},"payload":{"op":"c","source":{"db":"x"},"after":{}}}'],
  ['a notification of SNS', '{"Type":"Notification","TopicArn":"arn","Message":"{}"}'],
  ['a JSON object without the envelope', '{"email":"ada@example.com"}'],
  ['a JSON object without the envelope', JSON.stringify({ ...JSON.parse(JSON_TEXT), header: {}, body: {} })],
  ['a single JSON value', '12'],
];

describe('what cannot be read', () => {
  const metadata = { receivedAt: 1, tieBreaker: '1' };
  const receive = (bytes: string | Uint8Array, catalog: CompiledCatalog) =>
    receivePayload(Buffer.from(bytes as string), { source: 'kinesis:0', sequenceNumber: '1' }, metadata, catalog);

  it.each(SENT)('says that it looks like %s', async (kind, bytes) => {
    const received = receive(bytes, await exampleCatalog());
    expect(received).toHaveLength(1);
    const { message, found } = received[0]!.rejection!;
    expect(`${message} ${found}`).toContain(kind);
  });

  it('says nothing of what is in it', async () => {
    const catalog = await exampleCatalog();
    for (const [, bytes] of SENT) {
      expect(JSON.stringify(receive(bytes, catalog).map(({ rejection }) => rejection))).not.toMatch(/ada|Zoë|secret/i);
    }
  });

  it('is kept as it came', async () => {
    const catalog = await exampleCatalog();
    const [row] = receive(gzipSync(JSON_TEXT).subarray(0, 30), catalog);
    expect(Buffer.from(row!.raw, row!.rawEncoding)).toEqual(gzipSync(JSON_TEXT).subarray(0, 30));
  });
});
