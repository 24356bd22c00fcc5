import type { z } from 'zod';
import type { Failure } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { callFailure } from './json-protocol.ts';

/**
 * What a look at a stream, queue or bus says against it.
 * @param problem in a word what is wrong with what was found
 */
export function probedReceiver<T>(
  outcome: HttpOutcome,
  shape: z.ZodType<T>,
  problem: (found: T) => string | undefined,
): Failure | undefined {
  const failure = callFailure(outcome);
  if (failure) return failure;
  const read = shape.safeParse(bodyOf(outcome));
  const reason = read.success ? problem(read.data) : 'unreadable-answer';
  return reason === undefined ? undefined : failed('stop', reason);
}
