import type { Counters } from '../counters.ts';

/** That some things in a row were counted: each has a mark, and the first one's is the key. */
export interface CountNote {
  readonly marks: readonly [string, ...string[]];
}

/** Where things are counted once. Notes are kept longer than anything can come again. */
export interface CountOnce {
  /**
   * Counts a change and writes the note, both or nothing.
   * @returns undefined when that is done; what is noted under the first mark, and nothing is written, where there is a note
   */
  commit(note: CountNote, change: Counters): Promise<readonly string[] | undefined>;
  /** Writes a note, unless there is one under its first mark. */
  note(note: CountNote): Promise<void>;
}

/** What the counters of a series come to. */
export interface SeriesTotals {
  readonly numbers: Readonly<Record<string, number>>;
  /** The sum of the sizes of all changes there ever were: by that much at most a number has changed between two readings. */
  readonly changes: number;
}

/** What all counters of some series were at an instant. */
export type CounterReading = ReadonlyMap<string, SeriesTotals>;

/** Epoch ms: since when counters have all there is. A stage of an earlier release has things that were never counted. */
export interface CompleteSince {
  /** Profiles, audiences and destinations. */
  readonly profiles?: number | undefined;
  readonly records?: number | undefined;
}

/** Counters divided into shards. */
export interface CountStore extends CountOnce {
  /** Adds a change without a note: for who makes counters right. */
  adjust(change: Counters): Promise<void>;
  /** Strongly consistent. A series that was never written is omitted. */
  totals(series: readonly string[]): Promise<ReadonlyMap<string, SeriesTotals>>;
  completeSince(): Promise<CompleteSince>;
  /** Notes that they are complete; an earlier note stays. */
  markComplete(since: CompleteSince): Promise<void>;
}
