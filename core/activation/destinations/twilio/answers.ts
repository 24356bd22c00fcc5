import { z } from 'zod';
import type { Answer, Failure, TextRow } from '#core/activation/destination-type.ts';
import type { ErrorClass, HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf } from '#core/activation/item-results.ts';
import { OPTED_OUT, textFailure, unreadableText } from '#core/activation/texts/outcome.ts';
import { MINUTE_MS } from '#core/util/durations.ts';

/** Twilio's error codes, as the README has them. */
const CODES: Readonly<
  Record<number, { readonly errorClass: ErrorClass; readonly reason: string; readonly waitMs?: number }>
> = {
  20003: { errorClass: 'stop', reason: 'not-authenticated' },
  20429: { errorClass: 'wait', reason: 'too-many-requests' },
  21211: { errorClass: 'drop', reason: 'invalid-number' },
  21408: { errorClass: 'stop', reason: 'region-not-allowed' },
  21606: { errorClass: 'stop', reason: 'sender-not-usable' },
  21608: { errorClass: 'stop', reason: 'number-not-verified' },
  21610: { errorClass: 'drop', reason: OPTED_OUT },
  21611: { errorClass: 'wait', reason: 'queue-full', waitMs: 5 * MINUTE_MS },
  21612: { errorClass: 'drop', reason: 'not-routable' },
  21614: { errorClass: 'drop', reason: 'not-a-mobile' },
  21617: { errorClass: 'drop', reason: 'text-too-long' },
  21659: { errorClass: 'stop', reason: 'sender-not-usable' },
  30034: { errorClass: 'stop', reason: 'sender-not-registered' },
};

const errorBody = z.looseObject({ code: z.int(), message: z.string().nullish() });
const made = z.looseObject({ sid: z.string().regex(/^[SM]M[0-9a-fA-F]{32}$/) });

/** 201 with the id of the message: taken. What an error says about a text it says for certain, as long as it is no 5xx. */
export function twilioAnswer(outcome: HttpOutcome): Answer<never, never> {
  const failure = textFailure(outcome);
  if (!failure) {
    return { kind: 'all', result: made.safeParse(bodyOf(outcome)).success ? DELIVERED : unreadableText() };
  }
  return { kind: 'all', result: failure.errorClass === 'unknown' ? failure : byCode(outcome, failure) };
}

function byCode(outcome: HttpOutcome, failure: Failure): Failure {
  const read = errorBody.safeParse(bodyOf(outcome));
  if (!read.success) return failure;
  const { code, message } = read.data;
  const known = CODES[code];
  const detail = message ? { detail: message } : {};
  if (!known) return { ...failure, reason: `twilio-${code}`, ...detail };
  const { errorClass, reason, waitMs } = known;
  return failed(errorClass, reason, { ...detail, ...(waitMs !== undefined && { waitMs }) });
}

/** Why the account can't be used, by an answer that lists. */
export function twilioProbed(outcome: HttpOutcome): Failure | undefined {
  const failure = failureOf(outcome);
  if (failure) return byCode(outcome, failure);
  return listed.safeParse(bodyOf(outcome)).success ? undefined : failed('stop', 'malformed-answer');
}

const listed = z.looseObject({
  messages: z.array(
    z.looseObject({
      to: z.string(),
      body: z.string().nullish(),
      direction: z.string().nullish(),
      date_created: z.string().nullish(),
    }),
  ),
});

/** Clocks differ, and Twilio's dates are in seconds. */
const TOLERANCE_MS = MINUTE_MS;

/** Twilio may send a character as another that costs less: what is compared is letters and digits. */
const letters = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Whether one of the texts to a number is ours: made since, with the same words. */
export function twilioFound(outcome: HttpOutcome, { to, body }: TextRow, since: number): boolean | Failure {
  const failure = failureOf(outcome);
  if (failure) return failure;
  const read = listed.safeParse(bodyOf(outcome));
  if (!read.success) return failed('retry', 'malformed-answer');
  return read.data.messages.some((message) => {
    const createdAt = Date.parse(message.date_created ?? '');
    return (
      message.to === to &&
      message.direction !== 'inbound' &&
      createdAt >= since - TOLERANCE_MS &&
      letters(message.body ?? '') === letters(body)
    );
  });
}
