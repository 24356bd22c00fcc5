import { z } from 'zod';
import type { Answer, Failure, ItemResult } from '#core/activation/destination-type.ts';
import type { ErrorClass, HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import type { Row } from './requests.ts';

const errorBody = z.looseObject({
  error: z.looseObject({
    code: z.number().optional(),
    error_subcode: z.number().optional(),
    message: z.string().optional(),
    error_user_msg: z.string().optional(),
  }),
});

interface Meaning {
  readonly errorClass: ErrorClass;
  readonly waitMs?: number;
}
const RETRY: Meaning = { errorClass: 'retry' };
const STOP: Meaning = { errorClass: 'stop' };
const DROP: Meaning = { errorClass: 'drop' };
const THROTTLED: Meaning = { errorClass: 'wait' };
const BLOCKED: Meaning = { errorClass: 'wait', waitMs: HOUR_MS };
/** Another change of the audience is under way. */
const BUSY: Meaning = { errorClass: 'wait', waitMs: 5 * MINUTE_MS };

/** What codes, and codes with a subcode (`100/33`), mean; a subcode that stands alone has `/` before it. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  1: RETRY,
  2: RETRY,
  5000: RETRY,
  21009: RETRY,
  4: THROTTLED,
  17: THROTTLED,
  32: THROTTLED,
  613: THROTTLED,
  80003: THROTTLED,
  80004: THROTTLED,
  341: BLOCKED,
  368: BLOCKED,
  190: STOP,
  102: STOP,
  10: STOP,
  200: STOP,
  294: STOP,
  2655: STOP,
  '100/33': STOP,
  '100/1713230': STOP,
  1487301: STOP,
  1487366: STOP,
  '/1487301': STOP,
  '/1487366': STOP,
  2650: RETRY,
  '2650/1870145': BUSY,
  '2650/1870144': DROP,
  100: DROP,
  105: DROP,
};

const meaningOf = (code: number, subcode: number | undefined): Meaning | undefined => {
  if (code < 0) return RETRY;
  return MEANINGS[`${code}/${subcode}`] ?? MEANINGS[`/${subcode}`] ?? MEANINGS[code];
};

/** What an answer of the Graph API says that is no success. What is wrong with rows is `drop`. */
export function graphFailure(outcome: HttpOutcome): Failure | undefined {
  const byStatus = failureOf(outcome);
  const read = errorBody.safeParse(bodyOf(outcome));
  if (!read.success) return byStatus;
  const { code, error_subcode: subcode, message, error_user_msg: userMessage } = read.data.error;
  if (code === undefined) return byStatus ?? failed('retry', 'malformed-answer');
  const { errorClass, waitMs } = meaningOf(code, subcode) ?? byStatus ?? RETRY;
  const detail = userMessage ?? message;
  const wait = errorClass === 'wait' ? { waitMs: waitMs ?? regainMs(outcome) } : {};
  const reason = subcode === undefined ? `graph-${code}` : `graph-${code}-${subcode}`;
  return failed(errorClass, reason, { ...wait, ...(detail !== undefined && { detail }) });
}

const USAGE = 'x-business-use-case-usage';
const usage = z.record(
  z.string(),
  z.array(z.looseObject({ estimated_time_to_regain_access: z.coerce.number().optional() })),
);

/** After how long an ad account may go on, by the header that says it in minutes: ms. */
function regainMs(outcome: HttpOutcome): number {
  if (outcome.kind !== 'response') return MINUTE_MS;
  const read = usage.safeParse(bodyOf({ ...outcome, body: outcome.headers?.[USAGE] ?? '' }));
  const minutes = Object.values(read.data ?? {})
    .flat()
    .map(({ estimated_time_to_regain_access: each = 0 }) => each);
  return Math.max(...minutes, (outcome.retryAfterMs ?? 0) / MINUTE_MS, 1) * MINUTE_MS;
}

const taken = z.looseObject({
  audience_id: z.union([z.string(), z.number()]),
  num_received: z.coerce.number(),
  num_invalid_entries: z.coerce.number().default(0),
  invalid_entry_samples: z.unknown(),
});

/** Everything was taken but what is invalid, which is counted, and shown in samples. */
export function peopleAnswer(outcome: HttpOutcome, rows: readonly Row[]): Answer<never, never> {
  const failure = graphFailure(outcome);
  if (failure?.errorClass === 'drop') return { kind: 'split', failure };
  if (failure) return { kind: 'all', result: failure };
  const read = taken.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  const { num_invalid_entries: count, invalid_entry_samples: samples } = read.data;
  const results = count > 0 ? resultsOf(rows, textsIn(samples)) : rows.map(() => DELIVERED);
  return { kind: 'rows', results, ...(count > 0 && { reported: [{ reason: 'invalid-entries', count }] }) };
}

const INVALID = failed('drop', 'invalid-entry');

/** Rows that a sample shows are not delivered; which form samples have nobody documents. */
const resultsOf = (rows: readonly Row[], shown: ReadonlySet<string>): ItemResult[] =>
  rows.map(({ EMAIL, PHONE, EXTERN_ID, MADID }) =>
    [EMAIL, PHONE, EXTERN_ID, MADID].some((value) => typeof value === 'string' && shown.has(value))
      ? INVALID
      : DELIVERED,
  );

const SEPARATORS = /[\s,"'[\]{}:]+/;

/** Every text in samples, keys and values, also where a sample is JSON within a text. */
function textsIn(samples: unknown, texts = new Set<string>()): Set<string> {
  if (typeof samples === 'string') {
    texts.add(samples);
    for (const part of samples.split(SEPARATORS)) texts.add(part);
  } else if (typeof samples === 'object' && samples !== null) {
    for (const [key, value] of Object.entries(samples)) {
      // Lists are numbered, and so may samples be: a short number is nobody's id.
      if (!/^\d{1,3}$/.test(key)) texts.add(key);
      textsIn(value, texts);
    }
  }
  return texts;
}
