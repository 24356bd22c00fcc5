import { FileRejectedError } from '#core/record/record.ts';

/** What is wrong with a Parquet file, in a few words for people. */
export class ParquetParseError extends Error {}

export const MISSING = 'a page does not have as many values as it declares';

/** @throws ParquetFlaw saying what is wrong instead, unless the condition holds */
export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new ParquetParseError(otherwise);
}

/**
 * Runs what only looks at bytes of the file: whatever goes wrong is the file's fault, and nobody else's.
 * @throws FileRejectedError
 */
export function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asRejection(error);
  }
}

/** Whatever went wrong while bytes of the file were looked at, as its fault. */
export const asRejection = (error: unknown): FileRejectedError =>
  error instanceof FileRejectedError ? error : corrupt(error);

/** The rejection of a file that is not as the specification has it; only a ParquetFlaw is quoted in it. */
export function corrupt(error: unknown): FileRejectedError {
  const detail = error instanceof ParquetParseError ? `: ${error.message}` : '';
  return new FileRejectedError({
    code: 'corrupt-file',
    message: `The Parquet file can't be read${detail}; write the file again`,
    expected: 'a Parquet file as the specification has it',
  });
}
