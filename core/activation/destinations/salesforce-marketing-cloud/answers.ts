import { z } from 'zod';
import type { Answer, ItemResult, JobAnswer, Jobs, KnownResults } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import { asyncRequest } from './requests.ts';
import type { MarketingCloudDestination } from './settings.ts';

const FIRST_LOOK_MS = 10_000;
const AGAIN_MS = 20_000;
/** What is asked for; the answer says how many there are on a page. */
const PAGE_SIZE = 500;

const submitted = z.looseObject({ requestId: z.string().min(1) });
const statusBody = z.looseObject({
  status: z
    .looseObject({
      requestStatus: z.string(),
      resultStatus: z.string().nullish(),
      hasErrors: z.boolean().nullish(),
    })
    .nullish(),
  resultMessages: z.array(z.unknown()).nullish(),
  requestId: z.string().nullish(),
});
const resultsBody = z.looseObject({
  page: z.int().min(1),
  pageSize: z.int().min(1),
  count: z.int().min(0),
  items: z.array(z.looseObject({ status: z.string(), errorCode: z.string().nullish(), message: z.string().nullish() })),
});
type Item = z.output<typeof resultsBody>['items'][number];

/** 202 with the id of the request, whose results come later. */
export function submitAnswer(outcome: HttpOutcome): Answer<never, never> {
  const failure = failureOf(outcome);
  if (failure) return { kind: 'all', result: failure };
  const read = submitted.safeParse(bodyOf(outcome));
  return read.success ? { kind: 'job', job: read.data.requestId, againInMs: FIRST_LOOK_MS } : unreadable();
}

/** What is asked of a request: how it stands, or a page of its results. */
interface Question {
  readonly id: string;
  readonly page?: number;
}
const read = (job: string): Question => (job.startsWith('{') ? (JSON.parse(job) as Question) : { id: job });

/** Requests that were handed in: their status, and where something failed, the results row by row. */
export const asyncRequests: Jobs<MarketingCloudDestination> = {
  giveUpAfterMs: 6 * HOUR_MS,
  request: (job, destination) => {
    const { id, page } = read(job);
    const query = `results?$page=${page}&$pageSize=${PAGE_SIZE}`;
    return asyncRequest(id, page === undefined ? 'status' : query, destination);
  },
  answer: (outcome, rows, job, _destination, known) => {
    const failure = failureOf(outcome);
    const isGone = outcome.kind === 'response' && outcome.status === 404;
    if (failure) return { kind: 'all', result: isGone ? failed('retry', 'job-gone') : failure };
    const { id, page } = read(job);
    return page === undefined ? statusAnswer(outcome, id) : resultsAnswer(outcome, rows, id, known);
  },
};

const DONE = ['Complete', 'Completed', 'Error'];

function statusAnswer(outcome: HttpOutcome, id: string): JobAnswer {
  const body = statusBody.safeParse(bodyOf(outcome));
  if (!body.success) return unreadable();
  const { status, resultMessages, requestId } = body.data;
  if (!status) {
    // Nobody has picked it up yet; or nobody knows it.
    if ((resultMessages ?? []).length > 0) return { kind: 'all', result: failed('retry', 'job-gone') };
    return requestId ? { kind: 'running', againInMs: AGAIN_MS } : unreadable();
  }
  if (!DONE.includes(status.requestStatus)) return { kind: 'running', againInMs: AGAIN_MS };
  const isFine =
    status.requestStatus !== 'Error' && status.hasErrors === false && (status.resultStatus ?? 'OK') === 'OK';
  return isFine ? { kind: 'all', result: DELIVERED } : { kind: 'ask', job: JSON.stringify({ id, page: 1 }) };
}

function resultsAnswer(outcome: HttpOutcome, rows: number, id: string, before: KnownResults): JobAnswer {
  const body = resultsBody.safeParse(bodyOf(outcome));
  if (!body.success) return unreadable();
  const { page, pageSize, count, items } = body.data;
  // Something went wrong, and not with a row.
  if (count === 0) return { kind: 'all', result: failed('retry', 'request-failed') };
  // In the order of the rows, if there is one for each: else nobody knows whose they are.
  if (count !== rows) return { kind: 'split', failure: failed('drop', 'row-failed') };
  const from = (page - 1) * pageSize;
  const known = new Map(before);
  for (const [i, item] of items.entries()) known.set(from + i, resultOf(item));
  if (items.length === pageSize && known.size < rows) {
    return { kind: 'ask', job: JSON.stringify({ id, page: page + 1 }), known };
  }
  const missing = failed('retry', 'malformed-answer');
  return { kind: 'rows', results: Array.from({ length: rows }, (_, index) => known.get(index) ?? missing) };
}

/** A deadlock of the database: the row is as good as before. */
const DEADLOCK = /Rerun the transaction\.?\s*$/;

function resultOf({ status, errorCode, message }: Item): ItemResult {
  if (status === 'OK') return DELIVERED;
  if (message && DEADLOCK.test(message)) return failed('retry', 'row-deadlock');
  const reason = /^[A-Za-z]{1,40}$/.test(errorCode ?? '') ? `row-${errorCode!.toLowerCase()}` : 'row-failed';
  return failed('drop', reason, message ? { detail: message } : {});
}
