import { FileRefusedError } from '#core/record/record.ts';

/** What is wrong with a Parquet file, in a few words for people. */
export class ParquetFlaw extends Error {}

export const MISSING = 'a page has not as many values as it says';

export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new ParquetFlaw(otherwise);
}

/**
 * Runs what only looks at bytes of the file: whatever goes wrong is the file's fault, and nobody else's.
 * @throws FileRefusedError
 */
export function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Whatever went wrong while bytes of the file were looked at, as its fault. */
export const asRefusal = (error: unknown): FileRefusedError =>
  error instanceof FileRefusedError ? error : corrupt(error);

export function corrupt(error: unknown): FileRefusedError {
  const detail = error instanceof ParquetFlaw ? `: ${error.message}` : '';
  return new FileRefusedError({
    code: 'corrupt-file',
    message: `The Parquet file can't be read${detail}; write the file again`,
    expected: 'a Parquet file as the specification has it',
  });
}
