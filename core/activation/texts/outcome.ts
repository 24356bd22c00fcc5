import type { Failure } from '../destination-type.ts';
import type { HttpOutcome } from '../error-class.ts';
import { failed, failureOf } from '../item-results.ts';

/** Why a vendor rejects somebody who has answered STOP. */
export const OPTED_OUT = 'opted-out';

/** No connection was ever made: nothing was sent. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
const REQUEST_TIMEOUT = 408;

/**
 * Why a text was not taken, by what all vendors have in common, or undefined where the answer is a success. A line that
 * breaks, a timeout and an error of the server leave open whether it was.
 */
export function textFailure(outcome: HttpOutcome): Failure | undefined {
  const failure = failureOf(outcome);
  if (!failure) return undefined;
  const isOpen =
    outcome.kind === 'timeout' ||
    (outcome.kind === 'network' && failure.errorClass === 'retry' && !NEVER_CONNECTED.has(outcome.code)) ||
    (outcome.kind === 'response' && (outcome.status >= 500 || outcome.status === REQUEST_TIMEOUT));
  return isOpen ? failed('unknown', failure.reason) : failure;
}

/** An answer that says success and does not say what was made. */
export const unreadableText = (): Failure => failed('unknown', 'malformed-answer');
