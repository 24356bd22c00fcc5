/** The delivery lanes of a stage that destinations are given, as whoever steers them sees them. */
export interface LanePool {
  /** How many there are. */
  readonly size: number;
  /** Messages in the queue of a lane, those being worked on included, and in its dead letters. */
  messages(lane: string): Promise<{ readonly waiting: number; readonly deadLetters: number }>;
  /** Of every lane that sends requests, whether it is worked off. */
  switches(): Promise<readonly LaneSwitch[]>;
}

/** Whether a lane of the pool is worked off. */
export interface LaneSwitch {
  readonly lane: string;
  readonly isOn: boolean;
  /** Returns when it is asked for; deliveries that are being made come to their end. */
  turn(on: boolean): Promise<void>;
}

/** The secrets of destinations that have a lane of the pool: they are made, and never read here. */
export interface LaneSecrets {
  /**
   * Makes the secret of a destination, with a signing key; one that is there stays, one that was forgotten is had back.
   * @param keys that go into it as well; with any, they take the place of what is there
   */
  create(destinationId: string, keys?: Readonly<Record<string, string>>): Promise<void>;
  /** Has it deleted after some weeks in which it can be had back. */
  forget(destinationId: string): Promise<void>;
  /** Marks those of destinations that send texts, and no others. */
  markTexting(destinationIds: readonly string[]): Promise<void>;
}
