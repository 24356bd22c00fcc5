import { hash } from 'node:crypto';
import type { Identity } from '#core/record/identity.ts';

/** Which namespace an identity has once it is hashed (aep.md §6.4). `Phone` has none: it may be written in any way. */
const HASHED_AS: Readonly<Record<string, string>> = {
  Email: 'Email_LC_SHA256',
  'Phone_E.164': 'Phone_SHA256_E.164',
};

/** Whether identities of a namespace reach a destination that accepts others, since they are hashed for it. */
export const isServedBy = (accepted: string, namespace: string): boolean =>
  accepted === namespace || HASHED_AS[namespace] === accepted;

/** Namespaces whose values are hashes already. `EMAIL_LC_SHA256` is Audience Manager's spelling. */
export const HASHED_NAMESPACES: ReadonlySet<string> = new Set([
  'Email_LC_SHA256',
  'EMAIL_LC_SHA256',
  'Phone_SHA256',
  'Phone_SHA256_E.164',
]);

const SHA256_HEX = /^[0-9a-f]{64}$/;
const E164 = /^\+[1-9][0-9]{1,14}$/;

/** Whether a text is a SHA-256 hash as it is sent out: 64 lower-case hexadecimal digits. */
export const isSha256 = (text: string): boolean => SHA256_HEX.test(text);

/**
 * The hash of an e-mail address: trimmed, lower-cased, SHA-256, lower-case hex, no salt (aep.md §6.4). What is a hash
 * already stays as it is, so nothing is ever hashed twice.
 */
export function hashEmail(address: string): string {
  const normal = address.trim().toLowerCase();
  return isSha256(normal) ? normal : hash('sha256', normal);
}

/**
 * The hash of a phone number in E.164 form: `+`, country code, number; blanks, brackets, dots and dashes are dropped.
 * @returns undefined where the number is in another form: its hash would match nobody
 */
export function hashPhone(number: string): string | undefined {
  const normal = number.replace(/[\s().-]/g, '').toLowerCase();
  if (isSha256(normal)) return normal;
  return E164.test(normal) ? hash('sha256', normal) : undefined;
}

/** The identity as a destination that wants hashes gets it, or undefined where it has no hashed form. */
export function hashIdentity({ namespace, value }: Identity): Identity | undefined {
  if (HASHED_NAMESPACES.has(namespace)) return { namespace, value: value.trim().toLowerCase() };
  const hashed = HASHED_AS[namespace];
  if (hashed === undefined) return undefined;
  const digest = namespace === 'Email' ? hashEmail(value) : hashPhone(value);
  return digest === undefined ? undefined : { namespace: hashed, value: digest };
}

/**
 * The identities of a person in the namespaces that a destination accepts, each once. A hashed namespace is also served
 * by hashing: `Email` goes out as `Email_LC_SHA256` where that is accepted and `Email` itself is not (aep.md §6.4).
 */
export function acceptedIdentities(accepted: readonly string[], identities: readonly Identity[]): Identity[] {
  const found = new Map<string, Identity>();
  for (const identity of identities) {
    const shown = accepted.includes(identity.namespace) ? (asHashed(identity) ?? identity) : hashIdentity(identity);
    if (!shown || !accepted.includes(shown.namespace)) continue;
    found.set(`${shown.namespace}:${shown.value}`, shown);
  }
  return [...found.values()];
}

const asHashed = (identity: Identity): Identity | undefined =>
  HASHED_NAMESPACES.has(identity.namespace) ? hashIdentity(identity) : undefined;
