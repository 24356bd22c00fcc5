import { z } from 'zod';
import type { Answer, Failure } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf } from '#core/activation/item-results.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';

/** Every answer, whatever came of the request: HTTP says 200 in any case. */
const envelope = z.looseObject({ code: z.int(), message: z.string().optional() });

const OK = 0;
const PARTIAL = 20_001;
const PARAMETER = 40_002;
const THROTTLED = new Set([40_100, 40_016, 40_133]);
const TRANSIENT = new Set([50_000, 50_002, 51_305, 60_001]);
/** Token, permission, version and host. */
const OF_ALL = new Set([40_001, 40_006, 40_010, 40_102, 40_104, 40_105]);

/** An audience that is being updated can't be changed; one that was born too small never can. */
const NOT_EDITABLE = /not (?:be )?edit/i;
const EDITABLE_AGAIN_MS = 15 * MINUTE_MS;

/** What an answer says that is no success. What is wrong with rows is `drop`. */
export function tiktokFailure(outcome: HttpOutcome): Failure | undefined {
  const byStatus = failureOf(outcome);
  const read = envelope.safeParse(bodyOf(outcome));
  if (!read.success) return byStatus ?? failed('retry', 'malformed-answer');
  const { code, message = '' } = read.data;
  if (code === OK) return byStatus;
  const reason = `code-${code}`;
  const detail = { detail: message };
  if (THROTTLED.has(code)) return failed('wait', reason, { ...detail, waitMs: throttleMs(outcome, message) });
  if (code === PARAMETER && NOT_EDITABLE.test(message)) {
    return failed('wait', 'audience-not-editable', { ...detail, waitMs: EDITABLE_AGAIN_MS });
  }
  if (code === PARAMETER || code === PARTIAL) return failed('drop', reason, detail);
  if (OF_ALL.has(code)) return failed('stop', reason, detail);
  // Of a code that nobody knows nobody is given up.
  return failed(TRANSIENT.has(code) ? 'retry' : (byStatus?.errorClass ?? 'retry'), reason, detail);
}

/** Limits are those of a second, of a minute (five are asked for), or of a day, which ends at midnight UTC. */
function throttleMs(outcome: HttpOutcome, message: string): number {
  if (outcome.kind === 'response' && outcome.retryAfterMs !== undefined) return outcome.retryAfterMs;
  if (/QPS|second/i.test(message)) return 1_000;
  if (!/QPD|\bday\b|daily/i.test(message)) return 5 * MINUTE_MS;
  const now = Date.parse(outcome.kind === 'response' ? (outcome.headers?.date ?? '') : '');
  return Number.isNaN(now) ? HOUR_MS : DAY_MS - (now % DAY_MS);
}

/** One code speaks of all rows; where some were wrong, the request is halved until they are alone. */
export function peopleAnswer(outcome: HttpOutcome): Answer<never, never> {
  const failure = tiktokFailure(outcome);
  if (!failure) return { kind: 'all', result: DELIVERED };
  return failure.errorClass === 'drop' ? { kind: 'split', failure } : { kind: 'all', result: failure };
}
