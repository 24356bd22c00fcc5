import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { DICTIONARIES } from './xdm-dictionary.ts';

/**
 * JSON as few bytes, since every KB written costs: deflated with a preset dictionary of the names and values that
 * records and our own items are made of. The first byte says which dictionary; what was written once can be read for ever.
 */
const CURRENT = DICTIONARIES.length - 1;

export function packJson(json: string): Uint8Array {
  const dictionary = DICTIONARIES[CURRENT]!;
  const deflated = deflateRawSync(json, { level: 6, dictionary });
  const packed = new Uint8Array(deflated.length + 1);
  packed[0] = CURRENT;
  packed.set(deflated, 1);
  return packed;
}

/** @throws Error when the bytes were not made by {@link packJson} of this or an earlier version */
export function unpackJson(packed: Uint8Array): string {
  const dictionary = DICTIONARIES[packed[0] ?? -1];
  if (!dictionary) throw new Error('The item was written by a later version of the platform');
  return inflateRawSync(packed.subarray(1), { dictionary }).toString('utf8');
}
