import { z } from 'zod';
import type { Answer, Failure } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failureOf, unreadable } from '#core/activation/item-results.ts';

const errorBody = z.looseObject({ code: z.int().optional(), message: z.string().optional() });

/** What an answer says that is no success. */
export function pinterestFailure(outcome: HttpOutcome): Failure | undefined {
  const failure = failureOf(outcome);
  const message = errorBody.safeParse(bodyOf(outcome)).data?.message;
  return failure && { ...failure, ...(message !== undefined && { detail: message }) };
}

const changedBody = z.looseObject({ id: z.string().min(1), exceptions: z.record(z.string(), z.unknown()).nullish() });

/**
 * A list after a change. Records that could not be used are under `exceptions`, and nothing says whose they are: they are
 * counted, and sent no more.
 */
export function changeAnswer(outcome: HttpOutcome): Answer<never, never> {
  const failure = pinterestFailure(outcome);
  if (failure) return { kind: 'all', result: failure };
  const read = changedBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  const count = Object.keys(read.data.exceptions ?? {}).length;
  return { kind: 'all', result: DELIVERED, ...(count > 0 && { reported: [{ reason: 'exceptions', count }] }) };
}
