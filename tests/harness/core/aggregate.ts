import { createHash } from 'node:crypto';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

const MAGIC = Buffer.from('f3899ac2', 'hex');

/** What the Kinesis Producer Library makes of several user records (its aggregation format). */
export function aggregateOf(records: readonly (string | Uint8Array)[], keys: readonly string[] = ['a', 'b']): Buffer {
  const message = new BinaryWriter();
  for (const key of keys) message.tag(1, WireType.LengthDelimited).string(key);
  message.tag(2, WireType.LengthDelimited).string('339606600942967391854603552402021847292');
  for (const [i, data] of records.entries()) {
    message.tag(3, WireType.LengthDelimited).fork();
    message.tag(1, WireType.Varint).uint32(i % keys.length);
    if (i % 3 === 1) message.tag(2, WireType.Varint).uint32(0);
    message.tag(3, WireType.LengthDelimited).bytes(Buffer.from(data as string));
    if (i % 5 === 4)
      message.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string('t').join();
    message.join();
  }
  const body = message.finish();
  return Buffer.concat([MAGIC, body, createHash('md5').update(body).digest()]);
}
