import type { FileTarget, SentFile } from '../files/target.ts';

/**
 * Puts a file where a destination wants it: whole or not at all, in the place of one of the same name.
 * @throws Error that says what stands in the way, and nothing of a secret or a person
 */
export type FileReceiver<T extends FileTarget = FileTarget> = (
  destinationId: string,
  target: T,
  file: SentFile,
) => Promise<void>;
