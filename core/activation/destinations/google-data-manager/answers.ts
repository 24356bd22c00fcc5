import { z } from 'zod';
import type { Answer, Failure, ItemResult, JobAnswer, Reported } from '#core/activation/destination-type.ts';
import type { ErrorClass, HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { DAY_MS, MINUTE_MS } from '#core/util/durations.ts';
import { STATUS_SECONDS } from './settings.ts';

const BAD_REQUEST = 400;
const NOT_FOUND = 404;
const TOO_MANY_REQUESTS = 429;

/** Reasons that are about members, or their number: bad ones are dropped, the others are sent again. */
const OF_MEMBERS = new Set([
  'INVALID_HEX_ENCODING',
  'INVALID_BASE64_ENCODING',
  'INVALID_SHA256_FORMAT',
  'INVALID_FORMAT',
  'INVALID_REGION_CODE',
  'INVALID_POSTAL_CODE',
  'INVALID_MOBILE_ID_FORMAT',
  'INVALID_AUDIENCE_MEMBER',
  'NO_IDENTIFIERS_PROVIDED',
  'REQUIRED_FIELD_MISSING',
  'TOO_MANY_USER_IDENTIFIERS',
  'FIELD_VALUE_TOO_LONG',
  'FIELD_VALUE_TOO_SHORT',
  'TOO_MANY_AUDIENCE_MEMBERS',
  'TOO_MANY_ELEMENTS',
]);
/** A reason that only says that there are others. */
const SAYS_NOTHING = 'INVALID_ARGUMENT';
/** Reasons that say the vendor is not able to just now. */
const TRANSIENT = new Set(['INTERNAL_ERROR', 'DEADLINE_EXCEEDED']);

const errorAnswer = z.looseObject({
  error: z.looseObject({
    status: z.string().optional(),
    message: z.string().optional(),
    details: z
      .array(
        z.looseObject({
          reason: z.string().optional(),
          metadata: z.record(z.string(), z.unknown()).optional(),
          retryDelay: z.string().optional(),
          fieldViolations: z
            .array(
              z.looseObject({
                field: z.string().optional(),
                description: z.string().optional(),
                reason: z.string().optional(),
              }),
            )
            .optional(),
        }),
      )
      .optional(),
  }),
});

interface Problem {
  readonly reasons: readonly string[];
  /** Positions of members that the vendor names. */
  readonly bad: readonly number[];
  /** Whether it names other fields only: the request is wrong, and so is every other one. */
  readonly isElsewhere: boolean;
  readonly waitMs: number;
  readonly detail: string | undefined;
}

const MEMBERS_FIELD = /audience_?members/i;
const MEMBER_FIELD = /audience_?members\[(\d+)\]/i;
const RETRY_DELAY = /^(\d+(?:\.\d+)?)s$/;

function problemOf(outcome: HttpOutcome): Problem | undefined {
  const read = errorAnswer.safeParse(bodyOf(outcome));
  if (!read.success) return undefined;
  const { details = [], message } = read.data.error;
  const violations = details.flatMap(({ fieldViolations = [] }) => fieldViolations);
  const quota = String(
    details.find(({ metadata }) => metadata?.quota_limit !== undefined)?.metadata?.quota_limit ?? '',
  );
  const delay = details
    .map(({ retryDelay = '' }) => RETRY_DELAY.exec(retryDelay)?.[1])
    .find((each) => each !== undefined);
  const fields = violations.flatMap(({ field }) => (field === undefined ? [] : [field]));
  return {
    isElsewhere: fields.length > 0 && fields.every((field) => !MEMBERS_FIELD.test(field)),
    reasons: [...details, ...violations].flatMap(({ reason }) => (typeof reason === 'string' ? [reason] : [])),
    bad: fields.flatMap((field) => {
      const found = MEMBER_FIELD.exec(field);
      return found ? [Number(found[1])] : [];
    }),
    waitMs: delay === undefined ? quotaWaitMs(quota) : Number(delay) * 1_000,
    detail: violations[0]?.description ?? message,
  };
}

/** Quotas are those of a minute, or of a day, whose end nobody says. */
const quotaWaitMs = (quota: string): number => (/day/i.test(quota) ? DAY_MS / 24 : MINUTE_MS);

const wordOf = (reason: string): string => reason.toLowerCase().replaceAll('_', '-');
const known = (reason: string): boolean => /^[A-Z][A-Z0-9_]{2,80}$/.test(reason);

/** What an answer of the API says that is no success. A problem of single members is `drop`. */
export function googleFailure(outcome: HttpOutcome): Failure | undefined {
  const plain = failureOf(outcome);
  if (!plain || outcome.kind !== 'response') return plain;
  const problem = problemOf(outcome);
  if (outcome.status === TOO_MANY_REQUESTS) {
    return failed('wait', 'rate-limit', { waitMs: outcome.retryAfterMs ?? problem?.waitMs ?? MINUTE_MS });
  }
  const found = problem?.reasons.filter(known) ?? [];
  const reason = found.find((each) => each !== SAYS_NOTHING) ?? found[0];
  if (reason === undefined || problem === undefined) return plain;
  const more = problem.detail === undefined ? {} : { detail: problem.detail };
  return failed(classOf(problem, plain.errorClass), wordOf(reason), more);
}

function classOf({ reasons, isElsewhere }: Problem, byStatus: ErrorClass): ErrorClass {
  if (byStatus !== 'drop') return byStatus;
  if (reasons.some((reason) => TRANSIENT.has(reason))) return 'retry';
  // What is said of the list, the account or the terms is said of everybody.
  const isOfAll = reasons.some((reason) => known(reason) && reason !== SAYS_NOTHING && !OF_MEMBERS.has(reason));
  return isOfAll || isElsewhere ? 'stop' : 'drop';
}

const ingested = z.looseObject({ requestId: z.string().min(1) });

/** A request is taken as a whole, to be processed later, or not at all. */
export function memberAnswer(outcome: HttpOutcome, statusEverySeconds = STATUS_SECONDS): Answer<never, never> {
  const failure = googleFailure(outcome);
  if (!failure) {
    const read = ingested.safeParse(bodyOf(outcome));
    return read.success
      ? { kind: 'job', job: read.data.requestId, againInMs: statusEverySeconds * 1_000 }
      : unreadable();
  }
  const isBadRequest = outcome.kind === 'response' && outcome.status === BAD_REQUEST;
  if (!isBadRequest || failure.errorClass !== 'drop') return { kind: 'all', result: failure };
  return { kind: 'split', failure, bad: problemOf(outcome)?.bad ?? [] };
}

const counts = z
  .array(
    z.looseObject({
      reason: z.string().optional(),
      recordCount: z.coerce.number().optional(),
      recordIndices: z.array(z.int()).optional(),
    }),
  )
  .optional();
const statusBody = z.looseObject({
  requestStatusPerDestination: z
    .array(
      z.looseObject({
        requestStatus: z.string(),
        errorInfo: z.looseObject({ errorCounts: counts }).optional(),
        warningInfo: z.looseObject({ warningCounts: counts }).optional(),
      }),
    )
    .min(1),
});

interface Count {
  readonly reason?: string | undefined;
  readonly recordCount?: number | undefined;
  readonly recordIndices?: readonly number[] | undefined;
}

const PREFIX = /^PROCESSING_(?:ERROR|WARNING)_(?:REASON_)?/;
const processingWord = ({ reason = '' }: Count): string =>
  known(reason) ? wordOf(reason.replace(PREFIX, '')) : 'unspecified';

/** Processing failures that may pass; the others are about the records. */
const failureFor = (count: Count): Failure =>
  failed(/INTERNAL_ERROR|TOO_RECENTLY_CREATED/.test(count.reason ?? '') ? 'retry' : 'drop', processingWord(count));

/**
 * The result of a request that was taken before. Errors are counted by reason, and name records by their positions where
 * the API does; whoever is not named has been taken, unless the request failed as a whole.
 */
export function statusAnswer(outcome: HttpOutcome, rows: number, statusEverySeconds = STATUS_SECONDS): JobAnswer {
  const failure = googleFailure(outcome);
  // An id that the vendor does not know, for whatever reason: what was handed in with it goes again.
  const isUnknown = outcome.kind === 'response' && outcome.status === NOT_FOUND;
  if (failure && (isUnknown || failure.reason === 'invalid-request-id'))
    return { kind: 'all', result: failed('retry', failure.reason) };
  if (failure) return { kind: 'all', result: failure };
  const read = statusBody.safeParse(bodyOf(outcome));
  if (!read.success) return unreadable();
  const { requestStatus, errorInfo, warningInfo } = read.data.requestStatusPerDestination[0]!;
  const errors: readonly Count[] = errorInfo?.errorCounts ?? [];
  const reported = [...reportedOf(errors, ''), ...reportedOf(warningInfo?.warningCounts ?? [], 'warning-')];
  switch (requestStatus) {
    case 'SUCCESS':
      return { kind: 'all', result: DELIVERED, reported };
    case 'PARTIAL_SUCCESS':
      return { kind: 'rows', results: resultsOf(errors, rows, DELIVERED), reported };
    case 'FAILED':
      return { kind: 'rows', results: resultsOf(errors, rows, failureFor(errors[0] ?? {})), reported };
    default:
      return { kind: 'running', againInMs: statusEverySeconds * 1_000 };
  }
}

function resultsOf(errors: readonly Count[], rows: number, others: ItemResult): ItemResult[] {
  const results = Array.from({ length: rows }, () => others);
  for (const error of errors) {
    for (const index of error.recordIndices ?? []) {
      if (index >= 0 && index < rows) results[index] = failureFor(error);
    }
  }
  return results;
}

const reportedOf = (found: readonly Count[], prefix: string): Reported[] =>
  found.map((count) => ({ reason: `${prefix}${processingWord(count)}`, count: count.recordCount ?? 1 }));
