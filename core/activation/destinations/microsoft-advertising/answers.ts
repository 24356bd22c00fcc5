import { z } from 'zod';
import type { Answer, Failure, ItemResult } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { MINUTE_MS } from '#core/util/durations.ts';
import type { Item } from './requests.ts';

const error = z.looseObject({
  /** A number, or text. */
  Code: z.union([z.number(), z.string()]).nullish(),
  ErrorCode: z.string().nullish(),
  Index: z.int().nullish(),
});
type Problem = z.output<typeof error>;
const errors = z.array(error.nullable()).nullish();
const answerBody = z.looseObject({
  Errors: errors,
  OperationErrors: errors,
  BatchErrors: errors,
  PartialErrors: errors,
});

type Meaning = 'token' | 'stop' | 'rate' | 'concurrency' | 'retry';

const CODES: Readonly<Record<string, Meaning>> = {
  0: 'retry',
  105: 'token',
  106: 'stop',
  109: 'token',
  117: 'rate',
  207: 'concurrency',
};
/** The same by name, where there is no number. */
const NAMES: Readonly<Record<string, Meaning>> = {
  InternalError: 'retry',
  InvalidCredentials: 'token',
  AuthenticationTokenExpired: 'token',
  UserIsNotAuthorized: 'stop',
  CallRateExceeded: 'rate',
  ConcurrentRequestOverLimit: 'concurrency',
  CustomerListTermsAndConditionsNotAccepted: 'stop',
};
/** That which says most of what to do goes before the others. */
const ORDER: readonly Meaning[] = ['token', 'stop', 'rate', 'concurrency', 'retry'];
const CONCURRENCY_MS = 10_000;

const isName = (text: string): boolean => /^[A-Za-z]{3,80}$/.test(text);

/** The name of an error; its message and field may repeat what identifies somebody, and are never read. */
function nameOf({ Code, ErrorCode }: Problem): string | undefined {
  return [ErrorCode, Code].find((each): each is string => typeof each === 'string' && isName(each));
}

const meaningOf = (problem: Problem): Meaning | undefined => {
  const name = nameOf(problem);
  const byName = name !== undefined && Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  return byName ?? CODES[String(problem.Code)];
};

const present = (found: z.output<typeof errors>): Problem[] => (found ?? []).filter((each) => each !== null);

function readBody(outcome: HttpOutcome) {
  const read = answerBody.safeParse(bodyOf(outcome));
  if (!read.success) return undefined;
  const { Errors, OperationErrors, BatchErrors, PartialErrors } = read.data;
  return {
    faults: [...present(Errors), ...present(OperationErrors)],
    items: [...present(BatchErrors), ...present(PartialErrors)],
  };
}

/** Whether an outcome says that the token is not taken any more; the status may say something else. */
export const isExpired = (outcome: HttpOutcome): boolean =>
  readBody(outcome)?.faults.some((fault) => meaningOf(fault) === 'token') ?? false;

/** What a problem says of everybody in a request, or undefined where it may be about single items. */
function forAll(problems: readonly Problem[]): Failure | undefined {
  const meaning = ORDER.find((each) => problems.some((problem) => meaningOf(problem) === each));
  if (meaning === undefined) return undefined;
  const reason = reasonOf(problems.find((problem) => meaningOf(problem) === meaning)!);
  switch (meaning) {
    case 'rate':
      return failed('wait', reason, { waitMs: MINUTE_MS });
    case 'concurrency':
      return failed('wait', reason, { waitMs: CONCURRENCY_MS });
    case 'retry':
      return failed('retry', reason);
    default:
      return failed('stop', reason);
  }
}

function reasonOf(problem: Problem): string {
  const code = String(problem.Code ?? '');
  return /^-?\d{1,9}$/.test(code) ? `code-${code}` : (nameOf(problem) ?? 'unknown-error');
}

const ofItem = (problem: Problem): Failure => {
  const name = nameOf(problem);
  return failed('drop', reasonOf(problem), name === undefined ? {} : { detail: name });
};

/** What an answer says of everybody that is no success. Faults that nobody knows stop: nobody is given up for them. */
export function campaignFailure(outcome: HttpOutcome): Failure | undefined {
  const byStatus = failureOf(outcome);
  const isThrottled = byStatus?.errorClass === 'wait';
  const body = readBody(outcome);
  if (isThrottled) return { waitMs: MINUTE_MS, ...byStatus, ...retryAfter(outcome) };
  if (!body) return byStatus;
  const known = forAll([...body.faults, ...body.items]);
  if (known) return known;
  const [fault] = body.faults;
  if (!fault) return byStatus;
  return failed(byStatus?.errorClass === 'retry' ? 'retry' : 'stop', reasonOf(fault));
}

const retryAfter = (outcome: HttpOutcome): { readonly waitMs?: number } =>
  outcome.kind === 'response' && outcome.retryAfterMs !== undefined ? { waitMs: outcome.retryAfterMs } : {};

/** Items that are named have failed, the others went in; where the request failed, those that are named are taken out. */
export function itemAnswer(outcome: HttpOutcome, items: readonly Item[]): Answer<never, never> {
  const failure = campaignFailure(outcome);
  const body = readBody(outcome);
  if (failure?.errorClass === 'drop') {
    const bad = (body?.items ?? []).flatMap(({ Index }) => (typeof Index === 'number' ? [Index] : []));
    return { kind: 'split', failure: body?.items[0] ? ofItem(body.items[0]) : failure, bad };
  }
  if (failure) return { kind: 'all', result: failure };
  if (!body) return unreadable();
  const results: ItemResult[] = items.map(() => DELIVERED);
  for (const problem of body.items) {
    const index = problem.Index ?? -1;
    // Nobody knows which item it is: the request is halved.
    if (index < 0 || index >= items.length) return { kind: 'split', failure: ofItem(problem) };
    results[index] = ofItem(problem);
  }
  return { kind: 'rows', results };
}
