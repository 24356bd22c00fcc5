/** An event of a profile. `entity` is XDM, cut down to the paths that segments read (see `SegmentSet.projectEvent`). */
export interface EventView {
  readonly id: string;
  /** Epoch milliseconds; what PQL calls `timestamp`. */
  readonly time: number;
  readonly entity: Readonly<Record<string, unknown>>;
}

/** A profile as segments see it: its merged XDM attributes (nested, `identityMap` included) and its events in any order. */
export interface ProfileView {
  readonly [attribute: string]: unknown;
  readonly xEvent: readonly EventView[];
}
