import { hash } from 'node:crypto';
import { hashIdentity } from '#core/identity/hashing.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';

/** The identity, and the one that destinations are told in its place where they want hashes. */
export function keysOf(identity: IdentityKey): IdentityKey[] {
  const hashed = hashIdentity(parseIdentityKey(identity));
  return hashed ? [identity, identityKey(hashed)] : [identity];
}

/** Everything as which an identity may stand in a text, in lower case: its value, and what anybody could hash it to. */
export function valuesOf(identity: IdentityKey): string[] {
  const value = parseIdentityKey(identity).value.trim().toLowerCase();
  const hashed = hashIdentity(parseIdentityKey(identity))?.value;
  return [...new Set([value, hash('sha256', value), hash('md5', value), ...(hashed ? [hashed] : [])])];
}

/** Whether a value names one person wherever it stands; `12` may be a number of pieces. */
export const isDistinctive = (value: string): boolean => value.includes('@') || value.length >= 12;
