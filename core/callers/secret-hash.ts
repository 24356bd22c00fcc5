import { hash, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto';

/** What is stored of a client's secret: nobody who has it can tell the secret. Both in base64url. */
export interface SecretHash {
  readonly salt: string;
  readonly hash: string;
}

/** 16 MB of memory and some 50 ms. A secret has 256 bits of chance; this is for those that somebody has thought of. */
const COST = { N: 16_384, r: 8, p: 1 };
const BYTES = 32;
/** Longer ones are none of ours, and would only cost time. */
export const MAX_SECRET_LENGTH = 256;

/** The salted hash of a secret (scrypt). @param salt 16 random bytes */
export async function hashSecret(secret: string, salt: Uint8Array): Promise<SecretHash> {
  const hash = await scrypt(secret, salt);
  return { salt: Buffer.from(salt).toString('base64url'), hash: hash.toString('base64url') };
}

/** Nobody's: where there is no such client it takes as long to say so. */
const NOBODYS: SecretHash = { salt: Buffer.alloc(16).toString('base64url'), hash: '' };

/** Whether it is the secret, in constant time. @param known undefined where nobody has the secret to be compared with */
export async function isSecret(secret: string, known: SecretHash = NOBODYS): Promise<boolean> {
  const hash = await scrypt(secret.slice(0, MAX_SECRET_LENGTH), Buffer.from(known.salt, 'base64url'));
  const expected = Buffer.from(known.hash, 'base64url');
  return expected.length === hash.length && timingSafeEqual(hash, expected) && secret.length <= MAX_SECRET_LENGTH;
}

/** Whether two texts are the same, in a time that says nothing of where they differ. */
export const isSameText = (x: string, y: string): boolean => timingSafeEqual(sha256(x), sha256(y));

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

const scrypt = (secret: string, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scryptCallback(secret, salt, BYTES, COST, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
