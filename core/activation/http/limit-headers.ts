import { DAY_MS } from '#core/util/durations.ts';
import type { Failure } from '../destination-type.ts';
import type { HttpOutcome } from '../error-class.ts';
import { failureOf } from '../item-results.ts';

/** A header of a vendor's own that says when its limit begins anew: in epoch seconds, or in seconds from now. */
export interface LimitHeader {
  readonly name: string;
  readonly as: 'epoch-seconds' | 'seconds';
}

/**
 * What an outcome says by its status; where it asks for time without `Retry-After`, until the vendor's own header says.
 * The answer's `Date` is taken for now, so that two clocks need not agree.
 */
export function failureByLimit(outcome: HttpOutcome, { name, as }: LimitHeader): Failure | undefined {
  const failure = failureOf(outcome);
  if (failure?.errorClass !== 'wait' || outcome.kind !== 'response' || outcome.retryAfterMs !== undefined) {
    return failure;
  }
  const { [name]: reset = '', date = '' } = outcome.headers ?? {};
  if (!/^\d+(\.\d+)?$/.test(reset)) return failure;
  const waitMs = Number(reset) * 1_000 - (as === 'seconds' ? 0 : Date.parse(date));
  return waitMs > 0 && waitMs <= DAY_MS ? { ...failure, waitMs: Math.ceil(waitMs) } : failure;
}
