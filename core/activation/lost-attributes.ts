import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { IdentityKey } from '#core/record/identity.ts';

/** What a destination last got of a person besides memberships, as it is remembered. */
export type AttributesDigest = string;

const DIGEST_LENGTH = 10;
const PATHS_LENGTH = 6;

/**
 * A digest of what is sent of a person: identities and attributes. Where values that they lose have to be cleared at the
 * vendor, it also says of which attributes they had one, and of which attributes it speaks.
 * @param paths of the destination, where it clears attributes
 */
export function digestOf(
  keys: readonly IdentityKey[],
  attributes: Readonly<Record<string, unknown>>,
  paths?: readonly string[],
): AttributesDigest {
  const digest = createHash('sha256')
    .update(stringify([keys, attributes]))
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
  if (paths === undefined || paths.length === 0) return digest;
  const held = paths.reduce((bits, path, i) => (hasValue(attributes[path]) ? bits | (1n << BigInt(i)) : bits), 0n);
  return `${digest}.${pathsMark(paths)}.${held.toString(36)}`;
}

/** Whether two digests are of the same: what they say besides may have been added since. */
export const isSameDigest = (a: AttributesDigest | undefined, b: AttributesDigest): boolean =>
  a?.slice(0, DIGEST_LENGTH) === b.slice(0, DIGEST_LENGTH);

/** Attributes of which the destination got a value with the digest before, and that have none now. */
export function lostAttributes(
  before: AttributesDigest | undefined,
  attributes: Readonly<Record<string, unknown>>,
  paths: readonly string[],
): string[] {
  const [, mark, bits] = before?.split('.') ?? [];
  // Of other attributes, or in another order: nobody knows what the destination has.
  if (bits === undefined || mark !== pathsMark(paths) || !/^[0-9a-z]{1,20}$/.test(bits)) return [];
  const held = [...bits].reduce((value, digit) => value * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
  return paths.filter((path, i) => (held & (1n << BigInt(i))) !== 0n && !hasValue(attributes[path]));
}

const pathsMark = (paths: readonly string[]): string =>
  createHash('sha256').update(stringify(paths)).digest('base64url').slice(0, PATHS_LENGTH);

const hasValue = (value: unknown): boolean => value !== undefined && value !== null;
