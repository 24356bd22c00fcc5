import { z } from 'zod';
import type { Answer, Failure, ItemResult } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, byStatus, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { MINUTE_MS } from '#core/util/durations.ts';
import { type Call, type Element, segmentOf } from './requests.ts';

const TOO_MANY_REQUESTS = 429;
const NOT_FOUND = 404;
const FIRST_ERROR = 300;
/** So long a segment may not be found after it was made; minutes in practice. */
const YOUNG_MS = 15 * MINUTE_MS;
const YOUNG_AGAIN_MS = 30_000;

const errorBody = z.looseObject({ message: z.string().optional() });

/** What an answer says that is no success. LinkedIn says nowhere for how long it is to be left alone: a minute. */
export function linkedInFailure(outcome: HttpOutcome): Failure | undefined {
  const failure = failureOf(outcome);
  if (!failure || outcome.kind !== 'response') return failure;
  const detail = errorBody.safeParse(bodyOf(outcome)).data?.message;
  const isThrottled = outcome.status === TOO_MANY_REQUESTS;
  return {
    ...failure,
    ...(detail !== undefined && { detail }),
    ...(isThrottled && { waitMs: outcome.retryAfterMs ?? MINUTE_MS }),
  };
}

const batch = z.looseObject({
  elements: z.array(
    z.looseObject({
      status: z.int().min(100).max(599),
      error: z.looseObject({ message: z.string().optional() }).optional(),
      message: z.string().optional(),
    }),
  ),
});

/** Every element has a status of its own, in order. */
export function peopleAnswer(outcome: HttpOutcome, _rows: readonly Element[], call: Call): Answer<never, never> {
  const failure = linkedInFailure(outcome);
  if (failure?.errorClass === 'drop') return { kind: 'split', failure };
  if (failure) return { kind: 'all', result: isYoung(outcome, call) ? YOUNG : failure };
  const read = batch.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  return { kind: 'rows', results: read.data.elements.map(resultOf) };
}

const YOUNG = failed('wait', 'segment-not-ready', { waitMs: YOUNG_AGAIN_MS });

/** Whether a segment was not found because it has just been made. */
function isYoung(outcome: HttpOutcome, { segment }: Call): boolean {
  if (outcome.kind !== 'response' || outcome.status !== NOT_FOUND) return false;
  const { madeAtMs } = segmentOf(segment);
  const now = Date.parse(outcome.headers?.date ?? '');
  return madeAtMs !== undefined && !Number.isNaN(now) && now - madeAtMs < YOUNG_MS;
}

type BatchElement = z.output<typeof batch>['elements'][number];

function resultOf({ status, error, message }: BatchElement): ItemResult {
  const result = byStatus(status >= FIRST_ERROR && status < 400 ? 400 : status);
  const detail = error?.message ?? message;
  if (result.delivered) return result;
  const wait = result.errorClass === 'wait' ? { waitMs: MINUTE_MS } : {};
  return { ...result, ...wait, ...(detail !== undefined && { detail }) };
}
