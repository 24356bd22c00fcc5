import { FileRejectedError } from '#core/record/record.ts';

/** A page or a dictionary is unpacked as a whole; writers make pages of about 1 MB. */
export const MAX_PAGE_BYTES = 128 * 1024 ** 2;
/** Of the pages and dictionaries that the columns of a row group hold at the same time. */
export const MAX_HELD_BYTES = 320 * 1024 ** 2;

/** What the columns of a row group hold together. */
export class Budget {
  #held = 0;

  /** @throws FileRejectedError when it is more than a worker has room for */
  take(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= MAX_HELD_BYTES) return;
    throw new FileRejectedError({
      code: 'too-large',
      message: 'The pages of the columns of the file are too large together; write it with smaller pages',
      expected: `at most ${MAX_HELD_BYTES} bytes unpacked at the same time`,
    });
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
