/** Why a destination is held: of which audience more profiles were to leave than its guard lets pass within a day. */
export interface Held {
  /** Epoch ms. */
  readonly since: number;
  readonly segmentId: string;
  /** Profiles in the audience, as the destination knew it at the beginning of the day. */
  readonly size: number;
  /** Profiles that have left it within the day. */
  readonly left: number;
  /** How many may. */
  readonly most: number;
}

/** What the guard of a destination says at present. */
export interface GuardState {
  /** Raised by every release: what was counted before it does not count any more. */
  readonly epoch: number;
  readonly held?: Held;
  /** Epoch ms until which everything passes, uncounted: it is being released. */
  readonly openUntil?: number;
}

/** Profiles that leave an audience of a destination on one day, since the last release. */
export interface ExitCount {
  readonly destinationId: string;
  readonly epoch: number;
  readonly segmentId: string;
  /** Days since 1970, UTC. */
  readonly day: number;
}

/** The state of guards, and what they count. Counters are divided into shards, so that none of them is written by all. */
export interface GuardStore {
  states(destinationIds: readonly string[]): Promise<ReadonlyMap<string, GuardState>>;
  /** Holds a destination, unless it is held already or was released since that epoch. */
  hold(destinationId: string, epoch: number, held: Held): Promise<void>;
  /** Begins a new epoch in which everything passes until an instant (epoch ms). */
  open(destinationId: string, until: number): Promise<void>;
  /** Ends that. */
  close(destinationId: string): Promise<void>;
  /** Profiles in an audience of a destination. */
  audience(destinationId: string, segmentId: string): Promise<number>;
  addToAudience(destinationId: string, segmentId: string, shard: number, by: number): Promise<void>;
  /** Puts a count in the place of what was counted. */
  setAudience(destinationId: string, segmentId: string, size: number): Promise<void>;
  /** Notes how large the audience is. @returns the largest that was noted for that day and epoch */
  largest(count: ExitCount, size: number): Promise<number>;
  /** Over all shards. */
  exits(count: ExitCount): Promise<number>;
  /** Counts one more in a shard, unless it has counted `most` already. @returns whether it did */
  takeExit(count: ExitCount, shard: number, most: number): Promise<boolean>;
}
