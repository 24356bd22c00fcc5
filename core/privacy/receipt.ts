import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { DeletedRows } from '#core/lake/delete-rows.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { ErasedFromItem } from './erase-item.ts';

/** What was done about the deletion of a person, without naming them. */
export interface Receipt {
  readonly requestId: string;
  /** ISO 8601. */
  readonly deletedAt: string;
  readonly reason: string;
  /** SHA-256 of each identity as `NS:value`, sorted: who knows an identity can check that it was among them. */
  readonly identities: readonly string[];
  readonly keptOut: boolean;
  readonly profile: ErasedFromItem;
  readonly timelineEntries: number;
  readonly lake: DeletedRows;
  readonly quarantine: DeletedRows;
  readonly exports: DeletedRows;
  /** Destinations that knew the person as a member of an audience and are told to remove them. */
  readonly destinations: readonly string[];
}

export interface SignedReceipt {
  readonly receipt: Receipt;
  readonly algorithm: 'HMAC-SHA256';
  /** Hexadecimal, of the receipt as JSON with sorted keys. */
  readonly signature: string;
}

export const hashIdentities = (identities: Iterable<IdentityKey>): string[] =>
  [...identities].map((key) => hash('sha256', key)).sort();

export const signReceipt = (receipt: Receipt, key: string): SignedReceipt => ({
  receipt,
  algorithm: 'HMAC-SHA256',
  signature: signatureOf(receipt, key),
});

/** Whether the receipt is as it was signed. */
export function isGenuine({ receipt, algorithm, signature }: SignedReceipt, key: string): boolean {
  const expected = Buffer.from(signatureOf(receipt, key));
  const given = Buffer.from(String(signature));
  return algorithm === 'HMAC-SHA256' && given.length === expected.length && timingSafeEqual(given, expected);
}

const signatureOf = (receipt: Receipt, key: string): string =>
  createHmac('sha256', key)
    .update(stringify(receipt) ?? '')
    .digest('hex');
