import { z } from 'zod';
import type { Answer, Failure, ItemResult } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';

const TIMEOUT_MS = 10_000;
/** Five hundred results with a sentence each. */
const MAX_ANSWER_BYTES = 512 * 1024;

/** A call of a service of AWS that speaks JSON. @param version of the protocol, as the service has it */
export const awsCall = (url: string, target: string, version: '1.0' | '1.1', body: object): HttpRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
  body: JSON.stringify(body),
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: MAX_ANSWER_BYTES,
});

/** How long is waited where a service is asked too much: streams count by the second. */
const THROTTLED_MS = 1_000;

const THROTTLED = /Throttl|TooManyRequests|ProvisionedThroughputExceeded|LimitExceeded|OverLimit|SlowDown/;
const LATER = /InternalFailure|InternalError|InternalServer|ServiceUnavailable|ExpiredToken|RequestExpired|Timeout/;
/** What is in the requests themselves, so that a smaller one may do: everything else is for somebody to put right. */
const OF_ENTRIES =
  /^(Malformed|Validation|Serialization|InvalidArgument)|(BatchRequestTooLong|InvalidMessageContents|InvalidParameterValue|InvalidAttributeValue|InvalidBatchEntryId)$/;

/** What an error of a service of AWS means, by its code. */
export function awsFailure(code: string): Failure {
  const reason = /^[\w.]{1,80}$/.test(code) ? code.split('.').at(-1)! : 'error';
  if (THROTTLED.test(code)) return failed('wait', reason, { waitMs: THROTTLED_MS });
  if (LATER.test(code)) return failed('retry', reason);
  return failed(OF_ENTRIES.test(code) ? 'drop' : 'stop', reason);
}

const errorBody = z.looseObject({ __type: z.string().min(1) });

/** Why a call failed as a whole, or undefined where it did not. */
export function callFailure(outcome: HttpOutcome): Failure | undefined {
  const failure = failureOf(outcome);
  if (!failure || outcome.kind !== 'response' || outcome.status >= 500 || outcome.retryAfterMs !== undefined)
    return failure;
  const read = errorBody.safeParse(bodyOf(outcome));
  // The code stands behind the name of the service's shapes: `com.amazonaws.sqs#QueueDoesNotExist`.
  return read.success ? awsFailure(read.data.__type.split('#').at(-1)!) : failure;
}

/** Entries of an answer in the order of the request, each with an error or without. */
export function entryResults(entries: readonly { readonly ErrorCode?: string | null | undefined }[]): ItemResult[] {
  return entries.map(({ ErrorCode: code }) => (code ? awsFailure(code) : DELIVERED));
}

/** Results by position, where there are as many as there were rows, and as many errors as the answer says. */
export function counted(
  results: readonly ItemResult[],
  rows: number,
  failedCount: number | undefined,
): Answer<never, never> {
  const failures = results.filter(({ delivered }) => !delivered).length;
  if (results.length !== rows || (failedCount ?? failures) !== failures) return unreadable();
  return { kind: 'rows', results };
}
