import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/** How a digest is written: lower-case hexadecimal digits, or base64 of its bytes. */
export type DigestText = 'hex' | 'base64';

const HEX_LENGTHS = { sha256: 64, md5: 32, sha512: 128 } as const;
export type DigestName = keyof typeof HEX_LENGTHS;

/** The digest of a text as UTF-8. @throws RangeError for an empty text: its digest is everybody's and nobody's */
export function digest(text: string, name: DigestName = 'sha256', as: DigestText = 'hex'): string {
  if (text === '') throw new RangeError('The digest of an empty text identifies nobody');
  return hash(name, text, as);
}

const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;
const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * A SHA-256 digest that somebody else made, as it is sent: vendors compare text, so hexadecimal digits become lower-case
 * and base64 becomes what is asked for.
 * @returns undefined where the text is no such digest, or that of the empty text
 */
export function givenSha256(text: string, as: DigestText = 'hex'): string | undefined {
  const trimmed = text.trim();
  const hex = SHA256_BASE64.test(trimmed) ? Buffer.from(trimmed, 'base64').toString('hex') : trimmed.toLowerCase();
  if (!SHA256_HEX.test(hex) || hex === SHA256_OF_NOTHING) return undefined;
  return as === 'hex' ? hex : Buffer.from(hex, 'hex').toString('base64');
}

/** Whether a text looks like a digest: it is then never taken for an address, a number or a name. */
export const looksLikeDigest = (text: string): boolean => {
  const trimmed = text.trim();
  return /^(?:[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(trimmed) || SHA256_BASE64.test(trimmed);
};
