import { BinaryReader } from '@bufbuild/protobuf/wire';
import { utf8Of } from '../text/decode-json.ts';
import { looksLikeText } from './looks-like-text.ts';

type Test = (bytes: Uint8Array) => boolean;

const at =
  (offset: number, ...expected: readonly number[]): Test =>
  (bytes) =>
    expected.every((byte, i) => bytes[offset + i] === byte);
const begins = (...expected: readonly number[]): Test => at(0, ...expected);
const word = (text: string, offset = 0): Test => at(offset, ...Buffer.from(text, 'latin1'));

/** The first that is true. What has a number of its own at the beginning comes before what is only likely. */
const KINDS: readonly (readonly [string, Test])[] = [
  ['gzip that is cut off', begins(0x1f, 0x8b)],
  ['zstd that is cut off', begins(0x28, 0xb5, 0x2f, 0xfd)],
  ['a KPL aggregate that is cut off', begins(0xf3, 0x89, 0x9a, 0xc2)],
  ['an Avro file', word('Obj\u0001')],
  ['Avro (a single object)', begins(0xc3, 0x01)],
  ['Parquet', word('PAR1')],
  ['ORC', word('ORC')],
  ['a zip archive (perhaps an Excel file)', word('PK\u0003\u0004')],
  ['bzip2', word('BZh')],
  ['xz', begins(0xfd, 0x37, 0x7a, 0x58, 0x5a)],
  ['LZ4', begins(0x04, 0x22, 0x4d, 0x18)],
  ['Snappy', begins(0xff, 0x06, 0x00, 0x00, 0x73, 0x4e)],
  ['Snappy (as Java writes it)', begins(0x82, 0x53, 0x4e, 0x41, 0x50)],
  ['Amazon Ion', begins(0xe0, 0x01, 0x00, 0xea)],
  ['a serialised Java object', begins(0xac, 0xed, 0x00, 0x05)],
  [
    'a Python pickle',
    (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5 && bytes.at(-1) === 0x2e,
  ],
  ['CBOR', begins(0xd9, 0xd9, 0xf7)],
  ['UTF-32 text', (bytes) => begins(0xff, 0xfe, 0, 0)(bytes) || begins(0, 0, 0xfe, 0xff)(bytes)],
  ['UTF-16 text', (bytes) => begins(0xff, 0xfe)(bytes) || begins(0xfe, 0xff)(bytes) || isUtf16(bytes)],
  [
    'zlib (deflate)',
    (bytes) => bytes[0] === 0x78 && ((bytes[0] << 8) | (bytes[1] ?? 0)) % 31 === 0 && hasControls(bytes),
  ],
  [
    'a message of AWS Glue Schema Registry',
    (bytes) => bytes[0] === 3 && (bytes[1] === 0 || bytes[1] === 5) && bytes.length > 18,
  ],
  [
    'a message of a schema registry (Avro, protobuf or JSON behind five bytes)',
    (bytes) => bytes[0] === 0 && bytes.length > 5,
  ],
  ['JSON in another encoding than UTF-8 (perhaps windows-1252)', isJsonInLatin],
  ['protobuf', isProtobuf],
  ['MessagePack', (bytes) => isBetween(bytes[0], 0x80, 0x8f) || bytes[0] === 0xde || bytes[0] === 0xdf],
  ['CBOR', (bytes) => isBetween(bytes[0], 0xa0, 0xbf)],
];

/**
 * What bytes that are no JSON look like, for people: never anything of their contents.
 * @returns words that go on from "it looks like"; undefined where nothing is known of them
 */
export function looksLike(bytes: Uint8Array): string | undefined {
  // Text has no bytes of zero, whatever it is.
  const text = bytes.includes(0) ? undefined : utf8Of(bytes);
  return text === undefined || hasControls(bytes) ? kindOf(bytes) : looksLikeText(text);
}

const kindOf = (bytes: Uint8Array): string | undefined => KINDS.find(([, test]) => test(bytes))?.[0];

const isBetween = (byte: number | undefined, from: number, to: number): boolean =>
  byte !== undefined && byte >= from && byte <= to;

/** Bytes below a space that texts do not have. */
const hasControls: Test = (bytes) => bytes.subarray(0, 256).some((byte) => byte < 9 || (byte > 13 && byte < 27));

/** Every other byte of the first characters is zero, as in text of Latin letters. */
function isUtf16(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 16);
  if (head.length < 4) return false;
  const zeros = (from: number): boolean => head.every((byte, i) => (i % 2 === from) === (byte === 0));
  return zeros(0) || zeros(1);
}

function isJsonInLatin(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return false;
  try {
    JSON.parse(Buffer.from(bytes).toString('latin1'));
    return true;
  } catch {
    return false;
  }
}

/** A message of protobuf, all of it: fields with low numbers up to the last byte. */
function isProtobuf(bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field > 1_000) return false;
      reader.skip(type, field);
    }
    return bytes.length > 1;
  } catch {
    return false;
  }
}
