import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keysOf = (secret: string, purpose: string): { readonly seal: Buffer; readonly nonce: Buffer } => {
  const keys = Buffer.from(hkdfSync('sha256', secret, '', purpose, 64));
  return { seal: keys.subarray(0, 32), nonce: keys.subarray(32) };
};

/**
 * A text that only who has the secret can read. The nonce is made of the text, so that the same is sealed the same and nothing
 * random is needed.
 * @param purpose what is sealed for one opens for no other
 */
export function seal(text: string, secret: string, purpose: string): Buffer {
  const { seal: key, nonce: nonceKey } = keysOf(secret, purpose);
  const nonce = createHmac('sha256', nonceKey).update(text).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** The text that was sealed, or undefined where it was sealed with another secret, for something else, or changed. */
export function open(bytes: Buffer, secret: string, purpose: string): string | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, keysOf(secret, purpose).seal, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
