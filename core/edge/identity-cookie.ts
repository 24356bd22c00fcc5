import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isEcid } from './ecid.ts';

/** Where an ECID came from, as the cookie of the Edge Network counts it. */
const ECID_SOURCE = { random: 0, firstParty: 2, received: 3 } as const;
export type EcidSource = keyof typeof ECID_SOURCE;

/** What the identity cookie says: the device, and when it was told so. */
export interface IdentityCookie {
  readonly ecid: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly source: EcidSource;
  /** Epoch ms: when it was last handed out. */
  readonly handedOutAt: number;
  /** Where it was made, `IRL1`. */
  readonly region: string;
}

/** Longer ones are not ours, and not worth reading. */
const MAX_LENGTH = 1_024;
const BROWSER = 1;

/** The value of the cookie: a protobuf message that the SDK reads the first field of, in URL-safe base64. */
export function encodeIdentityCookie({ ecid, createdAt, source, handedOutAt, region }: IdentityCookie): string {
  const metadata = new BinaryWriter()
    .uint32((1 << 3) | WireType.Varint)
    .int64(String(createdAt))
    .uint32((3 << 3) | WireType.Varint)
    .int32(BROWSER)
    .uint32((5 << 3) | WireType.LengthDelimited)
    .string(region)
    .uint32((6 << 3) | WireType.Varint)
    .int32(ECID_SOURCE[source])
    .finish();
  const bytes = new BinaryWriter()
    .uint32((1 << 3) | WireType.LengthDelimited)
    .string(ecid)
    .uint32((10 << 3) | WireType.LengthDelimited)
    .bytes(metadata)
    .uint32((30 << 3) | WireType.Varint)
    .int64(String(handedOutAt))
    .finish();
  return Buffer.from(bytes).toString('base64url');
}

/**
 * What a cookie says. It is not signed: who sets it is that device.
 * @returns undefined for what is no such message, or has no ECID
 */
export function decodeIdentityCookie(value: string): Omit<IdentityCookie, 'region'> | undefined {
  if (value.length > MAX_LENGTH) return undefined;
  try {
    const found = readMessage(Buffer.from(value, 'base64url'));
    return isEcid(found.ecid) ? found : undefined;
  } catch {
    return undefined;
  }
}

function readMessage(bytes: Uint8Array): Omit<IdentityCookie, 'region'> {
  const reader = new BinaryReader(bytes);
  let [ecid, handedOutAt] = ['', 0];
  let made: Pick<IdentityCookie, 'createdAt' | 'source'> = { createdAt: 0, source: 'received' };
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1 && wire === WireType.LengthDelimited) ecid = reader.string();
    else if (field === 10 && wire === WireType.LengthDelimited) made = readMetadata(reader.bytes());
    else if (field === 30 && wire === WireType.Varint) handedOutAt = Number(reader.int64());
    else reader.skip(wire, field);
  }
  return { ecid, handedOutAt, ...made };
}

/** Where and when the ECID was made. */
function readMetadata(bytes: Uint8Array): Pick<IdentityCookie, 'createdAt' | 'source'> {
  const reader = new BinaryReader(bytes);
  let createdAt = 0;
  let source: EcidSource = 'received';
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1 && wire === WireType.Varint) createdAt = Number(reader.int64());
    else if (field === 6 && wire === WireType.Varint) source = sourceOf(reader.int32());
    else reader.skip(wire, field);
  }
  return { createdAt, source };
}

const sourceOf = (number: number): EcidSource =>
  (Object.keys(ECID_SOURCE) as EcidSource[]).find((name) => ECID_SOURCE[name] === number) ?? 'received';
