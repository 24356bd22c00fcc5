import { Buffer } from 'node:buffer';
import type { IdentityKey } from '#core/record/identity.ts';
import { open, seal } from '#core/util/seal.ts';

/**
 * How addresses, logs and audit records name a profile: by a text that holds no identity for who has not the key, cannot be
 * guessed, and is the same each time. Who has the key finds the identity in it, and by that the profile: nothing is stored, and
 * a reference of somebody who was merged leads to whom they were merged with (docs/profiles.md, "People by reference").
 */
const PREFIX = 'p_';
const PURPOSE = 'tributary profile references';
/** Identities of similar length have references of one length. */
const BLOCK = 32;
const PADDING = '\0';
const REFERENCE = /^p_[A-Za-z0-9_-]{40,2048}$/;

/** @param key of the profile: the identity it is called by. @param secret of the stage */
export function referenceOf(key: IdentityKey, secret: string): string {
  const length = Math.ceil((Buffer.byteLength(key) + 1) / BLOCK) * BLOCK;
  const padded = key + PADDING.repeat(length - Buffer.byteLength(key));
  return PREFIX + seal(padded, secret, PURPOSE).toString('base64url');
}

/** Whether a text has the form of a reference; an identity has a colon, and never has. */
export const isReference = (text: string): boolean => REFERENCE.test(text);

/** The identity that a reference names; undefined where it is none of this stage. */
export function identityIn(reference: string, secret: string): IdentityKey | undefined {
  if (!isReference(reference)) return undefined;
  const padded = open(Buffer.from(reference.slice(PREFIX.length), 'base64url'), secret, PURPOSE);
  return padded?.slice(0, padded.indexOf(PADDING));
}
