/** Objects in one bucket. */
export interface ObjectStore {
  /** Writes the whole object, replacing what was there. */
  put(
    key: string,
    body: Uint8Array | string,
    options?: { contentType?: string; contentEncoding?: string },
  ): Promise<void>;
  /** The object's bytes, or undefined where there is none. `end` is exclusive. */
  get(key: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined>;
  /** Size in bytes, or undefined where there is none. */
  size(key: string): Promise<number | undefined>;
  /** Keys that begin with the prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
  delete(keys: readonly string[]): Promise<void>;
}
