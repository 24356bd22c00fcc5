/** Runs something for each value, at most `atOnce` at a time, and waits for all. Errors are the caller's to catch. */
export async function mapWithConcurrency<T>(
  values: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  run: (value: T) => Promise<void>,
): Promise<void> {
  const pending = Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = await pending.next(); !next.done; next = await pending.next()) await run(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
