/** Objects in one bucket. What is written can be read and listed at once, as S3 has it. */
export interface ObjectStore {
  /** Writes the whole object, replacing what was there. */
  put(key: string, body: Uint8Array | string, options?: ObjectOptions): Promise<void>;
  /**
   * Writes the object only where it still is what it was.
   * @param body may be given piece by piece; an error of its giver leaves everything as it was, and is thrown
   * @param etag of what is there; undefined where nothing is
   * @returns the new ETag, or undefined where there is something else, and nothing was written
   */
  putIf(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    etag: string | undefined,
    options?: ObjectOptions,
  ): Promise<string | undefined>;
  /**
   * The object's bytes, or undefined where there is none. `end` is exclusive.
   * @param version its ETag, or all that is known of it: undefined is given as well where it is not to be had any more
   */
  get(
    key: string,
    range?: { start: number; end: number },
    version?: string | ObjectVersion,
  ): Promise<Uint8Array | undefined>;
  /** Size in bytes, or undefined where there is none, or not this one any more. */
  size(key: string, version?: string | ObjectVersion): Promise<number | undefined>;
  /** Keys that begin with the prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
  /** The same with what each object is at that moment. */
  entries(prefix: string): AsyncIterable<StoredObject>;
  /** The same with the version that each object is, in a bucket that keeps versions. Costs no more, but another right. */
  versions(prefix: string): AsyncIterable<StoredObject & ObjectVersion>;
  delete(keys: readonly string[]): Promise<void>;
  /** Deletes the object only where it still is what it was. @returns whether it was */
  deleteIf(key: string, etag: string): Promise<boolean>;
}

export interface ObjectOptions {
  readonly contentType?: string;
  readonly contentEncoding?: string;
}

/**
 * One object of those that lie, or lay, under a key. A bucket that keeps versions gives each an id, by which it can be had
 * whatever takes its place; elsewhere the ETag tells whether it still is the one.
 */
export interface ObjectVersion {
  readonly etag: string;
  readonly versionId?: string | undefined;
}

export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Differs where the bytes differ. */
  readonly etag: string;
  /** Epoch ms, of the whole second in which it was written; undefined where the store does not know. */
  readonly modifiedAt?: number;
}
