import type { IdentityKey } from '#core/record/identity.ts';
import type { ExperienceKey } from '../items.ts';

/** What is counted of an experience. `visitors` are those who saw it for the first time. */
export const COUNTED = ['displays', 'visitors', 'clicks', 'conversions'] as const;
export type Counted = (typeof COUNTED)[number];
export type ExperienceCounts = Readonly<Record<Counted, number>>;

/** What a device or person saw of an activity last. */
export interface Exposure {
  readonly experience: string;
  /** Epoch ms: when it was displayed first. */
  readonly at: number;
  /** Whether a success of theirs was counted. */
  readonly converted: boolean;
}

/** By the id of the activity. */
export type Exposures = ReadonlyMap<string, Exposure>;

/** An exposure as it is to be, where it is as it was read. */
export interface ExposureChange {
  readonly identity: IdentityKey;
  readonly activity: string;
  readonly before: Exposure | undefined;
  readonly after: Exposure;
}

export interface Count extends ExperienceKey {
  readonly counted: Counted;
  readonly by: number;
}

/** What happens together or not at all. */
export interface CountChange {
  /** Of the records that are counted, each once. */
  readonly marks: readonly string[];
  readonly exposures: readonly ExposureChange[];
  readonly counts: readonly Count[];
}

/** Most marks, identities and activities together in one change. */
export const MAX_OPERATIONS = 100;

/** The counters of activities, divided into shards, and what devices and persons have seen of them. */
export interface ActivityCounts {
  exposures(identities: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, Exposures>>;
  /**
   * Makes a change.
   * @returns `known`, and nothing is written, where one of the marks is there
   * @throws ConflictError, and nothing is written, where exposures are not as they were read, or others write
   */
  commit(change: CountChange): Promise<'done' | 'known'>;
  /** What was counted, by activity and experience; strongly consistent. */
  totals(activities: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, ExperienceCounts>>>;
  /** Forgets what identities have seen. The counters stay: they name nobody. */
  erase(identities: readonly IdentityKey[]): Promise<void>;
}
