import { DAY_MS } from '#core/util/durations.ts';
import type { Assertion, Link, RemovedLink } from './linking-rules.ts';

/**
 * What is known about who belongs together, in a form in which the order of arrival does not matter: assertions, and
 * withdrawals of links, are kept in the order of their time, and the links are those of all of them taken one after the
 * other (`replay.ts`). What is older than the window of lateness is folded into `settled` links. What arrives later than
 * that is ingested as it comes, with its own age, and is counted.
 */
export interface LinkHistory {
  /** Links that are no longer replayed. */
  readonly condensed: readonly Link[];
  /** Epoch ms up to which assertions are folded into `settled`. */
  readonly condensedUntil: number;
  /** By time, withdrawals after assertions, then by their identities, from the end of the alphabet, then by id. */
  readonly assertions: readonly Assertion[];
  /** The newest links that were removed while settling, for whoever asks why. */
  readonly removed?: readonly RemovedLink[];
}

export const NO_LINK_HISTORY: LinkHistory = { condensed: [], condensedUntil: Number.NEGATIVE_INFINITY, assertions: [] };

export interface LinkHistoryLimits {
  /** Assertions are kept at least this long (ms before the newest), as far as `most` allows. */
  readonly lateness: number;
  /** How long before a withdrawal (ms) its link counts as never asserted; less than `lateness` by what a withdrawal may be late. */
  readonly unlinkReach: number;
  /** Folding begins above this many assertions. */
  readonly many: number;
  /** Never more than this, however young they are. */
  readonly most: number;
}

export const LINK_HISTORY_LIMITS: LinkHistoryLimits = {
  lateness: 7 * DAY_MS,
  unlinkReach: 6 * DAY_MS,
  many: 32,
  most: 512,
};

/** Where all is at hand at once: nothing is folded, nothing comes late. */
export const KEEP_ALL: LinkHistoryLimits = {
  lateness: Number.POSITIVE_INFINITY,
  unlinkReach: 0,
  many: Number.POSITIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
};
