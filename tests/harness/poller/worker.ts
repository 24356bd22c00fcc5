/** Something of Lambda's that reads a source: one lane of a shard, or a queue. It does one thing at a time. */
export interface Worker {
  /** The label of the function that it calls. */
  readonly function: string;
  /** The instant from which there is something to do; undefined while there is nothing. */
  readyAt(): number | undefined;
  /** Takes one batch to the function and deals with the outcome. */
  run(): Promise<void>;
}

/** What happened in one call of a function: for assertions on batches and retries. */
export interface Invocation {
  readonly at: number;
  readonly function: string;
  /** Sequence numbers or message ids. */
  readonly items: readonly string[];
  readonly outcome: 'succeeded' | 'failed' | 'partly-failed';
}

/** Streams keep the order of one key, and deliver at least once: never how soon, never in what order among keys. */
export interface Unsteadiness {
  /** Milliseconds before a record of a stream can be read. */
  lag(): number;
  /** Whether a batch that was read is given once more. */
  again(): boolean;
}
