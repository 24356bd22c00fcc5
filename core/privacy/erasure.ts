import type { IdentityKey } from '#core/record/identity.ts';
import type { ErasureCounts } from './counts.ts';
import type { SignedReceipt } from './receipt.ts';

/** A pass over all objects that has come to its end. */
export interface ErasurePass {
  readonly jobId: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The deletion of a person, from the request to the receipt. */
export interface Erasure {
  readonly requestId: string;
  /** Raised by every write; 0 for one that was never written. */
  readonly revision: number;
  readonly reason: string;
  readonly status: 'under-way' | 'done';
  /** Epoch ms. */
  readonly requestedAt: number;
  /** In clear as long as they are looked for; none once it is done. */
  readonly identities: readonly IdentityKey[];
  /** Identities that were linked to theirs and are not theirs: a pointer of one may lead to an item that is gone then. */
  readonly linked?: readonly IdentityKey[];
  /** Destinations that were told of the person: id → whether they knew them as a member of an audience. */
  readonly lastRouted: Readonly<Record<string, boolean>>;
  /** Of the item that they were in: what was routed of them is in the message group of this name. */
  readonly canonicalKey?: IdentityKey;
  /** Since when (epoch ms) which destinations are asked to delete them. */
  readonly deletions?: { readonly at: number; readonly destinations: readonly string[] };
  readonly counts: ErasureCounts;
  readonly passes: readonly ErasurePass[];
  /** Id of the last pass that found something: another one has to come after it. */
  readonly foundBy?: string;
  readonly receipt?: SignedReceipt;
  /** Epoch ms at which it was done. */
  readonly doneAt?: number;
}

/** Epoch ms since which an erasure has been looked for; undefined where no pass has come to its end. */
export const searchedSince = ({ passes }: Pick<Erasure, 'passes'>): number | undefined => passes.at(-1)?.startedAt;

/** Whether a pass looks for a person: one that was asked for before it began. */
export const isCovered = (
  { requestedAt }: Pick<Erasure, 'requestedAt'>,
  job: { readonly startedAt: number },
): boolean => requestedAt <= job.startedAt;
