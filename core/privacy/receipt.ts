import { createHmac, timingSafeEqual } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { ErasureCounts } from './counts.ts';

/** What became of a person's data in a store. */
export interface StoreReport {
  readonly store: string;
  /** ISO 8601: the day by which it is gone by itself; omitted where it is gone. */
  readonly goneBy?: string;
}

/**
 * What became of a person at a destination: `erased`: the destination has deleted them, or has taken the order to; `failed`:
 * it was asked to and did not say so within three days, so that somebody has to ask it; `removed`: they were taken out of its
 * audiences; `ask`: it was sent more than that, or files, which only those who have them can delete; `unknown`: nothing that
 * was told of them is known any more.
 */
export interface DestinationReport {
  readonly id: string;
  readonly outcome: 'erased' | 'failed' | 'removed' | 'ask' | 'unknown';
}

/** What was done about the deletion of a person, without naming them. */
export interface Receipt extends ErasureCounts {
  readonly requestId: string;
  /** ISO 8601. */
  readonly requestedAt: string;
  /** ISO 8601: what is not said to go later is gone since. */
  readonly deletedAt: string;
  readonly reason: string;
  /** HMAC-SHA256 of each identity with the stage's key, sorted: only who has the key can tell whose they are. */
  readonly identities: readonly string[];
  readonly stores: readonly StoreReport[];
  readonly destinations: readonly DestinationReport[];
}

export interface SignedReceipt {
  readonly receipt: Receipt;
  readonly algorithm: 'HMAC-SHA256';
  /** Hexadecimal, of the receipt as JSON with sorted keys. */
  readonly signature: string;
}

/** The receipt with a signature that nobody can make who has not the key. */
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
