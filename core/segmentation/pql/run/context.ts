import type { ProfileView } from '#core/profile/profile-view.ts';
import type { LookupRecords } from '#core/segmentation/lookups.ts';
import type { History } from './history.ts';
import type { SharedResult } from './shared-result.ts';

/**
 * What an expression is evaluated in. Everything that looks at `now` also lowers `horizon` to the first later instant at
 * which what it saw could be different: until then every step of the evaluation, and so the answer, stays the same.
 */
export interface Context {
  readonly profile: ProfileView;
  readonly history: History;
  readonly lookups: LookupRecords;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Variables, by the slot that the compiler gave them. */
  readonly slots: unknown[];
  /** Epoch milliseconds, later than `now`; Infinity when nothing depends on the time. */
  validUntil: number;
  /** What conditions that several segments share have given at this instant. */
  readonly shared: SharedResult[];
  /** Whether the profile is in the segment with this id, at `now`. */
  isMember(segmentId: string): boolean;
}

/** A compiled expression. Null stands for what is missing. */
export type Run = (context: Context) => unknown;

/** Says that what was just evaluated may be different from `instant` on. @param instant epoch ms */
export function changesAt(context: Context, instant: number): void {
  if (instant < context.validUntil) context.validUntil = Math.max(instant, context.now + 1);
}
