import type { LinkHistoryLimits } from '#core/identity/link-history.ts';
import type { LinkingRules } from '#core/identity/linking-rules.ts';
import type { ProfileEvent } from './profile-item.ts';

/** What folding needs to know from the catalog. */
export interface FoldSettings {
  readonly links: LinkingRules;
  readonly linkHistoryLimits?: LinkHistoryLimits;
  isProfileEnabled(datasetId: string): boolean;
  isIdentityEnabled(datasetId: string): boolean;
  /** See `ProfileRules`. */
  isActiveDataset?(datasetId: string): boolean;
  /** Keeps what segments read of an event; undefined where no segment looks at it. */
  projectEvent(entity: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined;
  /** Leaves out events of one identity that no segment needs any more. */
  retainEvents(events: readonly ProfileEvent[]): readonly ProfileEvent[];
  /** Changes when either would keep something else. */
  readonly projection: string;
  /** Epoch ms at which an event of the dataset expires; undefined for never (aep.md §4.3). */
  expiryOf(datasetId: string, time: number): number | undefined;
  /** Whether the last activity of identities is kept, because pseudonymous profiles expire. */
  readonly keepsActivity: boolean;
  /** Whether it is noted when data came in, because somewhere it counts what made somebody a member. @default false */
  readonly notesNewData?: boolean;
}
