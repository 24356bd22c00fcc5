import type { FileTarget, SentFile } from '../files/target.ts';
import type { ProbeStep } from '../probe-step.ts';

/**
 * Puts a file where a destination wants it: whole or not at all, in the place of one of the same name.
 * @throws Error that says what stands in the way, and nothing of a secret or a person
 */
export type FileReceiver<T extends FileTarget = FileTarget> = (
  destinationId: string,
  target: T,
  file: SentFile,
) => Promise<void>;

/** What can be said of the place where files go without putting one there. */
export type FileProbe<T extends FileTarget = FileTarget> = (
  destinationId: string,
  target: T,
) => Promise<readonly ProbeStep[]>;
