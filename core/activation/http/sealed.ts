import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { Credentials } from './credentials.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keysOf = (credentials: Credentials): { readonly seal: Buffer; readonly nonce: Buffer } => {
  const keys = Buffer.from(hkdfSync('sha256', stringify(credentials) ?? '', '', 'tributary tokens', 64));
  return { seal: keys.subarray(0, 32), nonce: keys.subarray(32) };
};

/**
 * A text that only who has the secret of the destination can read: tokens are as good as the secret, and are stored beside
 * other state. The nonce is made of the text, so that the same is sealed the same and nothing random is needed.
 */
export function sealed(text: string, credentials: Credentials): string {
  const { seal, nonce: nonceKey } = keysOf(credentials);
  const nonce = createHmac('sha256', nonceKey).update(text).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, seal, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

/** The text that was sealed, or undefined where it was sealed with another secret, or changed. */
export function opened(text: string, credentials: Credentials): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, keysOf(credentials).seal, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
