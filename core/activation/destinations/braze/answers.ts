import { z } from 'zod';
import type { Answer, ItemResult } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { failureByLimit } from '#core/activation/http/limit-headers.ts';
import { bodyOf, DELIVERED, failed, unreadable } from '#core/activation/item-results.ts';

export const LIMIT = { name: 'x-ratelimit-reset', as: 'epoch-seconds' } as const;

const answerBody = z.looseObject({
  message: z.string(),
  attributes_processed: z.int().min(0).optional(),
  errors: z.array(z.unknown()).optional(),
});
const named = z.looseObject({
  type: z.string().optional(),
  input_array: z.literal('attributes').optional(),
  index: z.int().min(0),
});

/** In maintenance Braze queues what it gets: see the README. */
const TAKEN = ['success', 'queued'];

/** An answer of `users/track`: objects with an error are named by their position inside a 201, and the others are taken. */
export function brazeAnswer(outcome: HttpOutcome, users: number): Answer<never, never> {
  const failure = failureByLimit(outcome, LIMIT);
  if (failure) return { kind: 'all', result: failure };
  const read = answerBody.safeParse(bodyOf(outcome));
  if (!read.success || !TAKEN.includes(read.data.message)) return unreadable();
  const { errors = [], attributes_processed: processed = users } = read.data;
  const bad = new Map<number, ItemResult>();
  for (const error of errors) {
    const { success, data } = named.safeParse(error);
    // Somebody was not taken, and nobody knows who: writes may be repeated, so smaller requests find out.
    if (!success || data.index >= users) return { kind: 'split', failure: rejected(error) };
    bad.set(data.index, rejected(error));
  }
  if (processed + bad.size < users) return unreadable();
  return { kind: 'rows', results: Array.from({ length: users }, (_, index) => bad.get(index) ?? DELIVERED) };
}

/** Types are constants or, of old, whole sentences; only a constant is fit to be counted. */
function rejected(error: unknown) {
  const type = z.looseObject({ type: z.string() }).safeParse(error).data?.type ?? '';
  const reason = /^[A-Z]+(_[A-Z]+)+$/.test(type) ? type.toLowerCase().replaceAll('_', '-') : 'rejected';
  return failed('drop', reason, type === '' ? {} : { detail: type });
}
