import type { Answer, JobAnswer, Jobs, Reported } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import { statusAddress, statusRequest } from './requests.ts';
import type { TargetDestination } from './settings.ts';

const FIRST_LOOK_MS = MINUTE_MS;
const AGAIN_MS = 2 * MINUTE_MS;
const UNAVAILABLE = 503;

/** What a request was answered that hands a batch in, or updates one profile. */
export const targetAnswer = (outcome: HttpOutcome, destination: TargetDestination): Answer<never, never> => {
  const failure = failed503(outcome) ?? failureOf(outcome);
  if (failure) return { kind: 'all', result: failure };
  return destination.mode === 'bulk' ? bulkAnswer(outcome, destination) : singleAnswer(outcome);
};

/** Target says 503 to more than fifty calls a minute. */
const failed503 = (outcome: HttpOutcome) =>
  outcome.kind === 'response' && outcome.status === UNAVAILABLE && outcome.retryAfterMs === undefined
    ? failed('wait', 'http-503', { waitMs: MINUTE_MS })
    : undefined;

/** Says that it was handed in, also where there is no such profile. */
const SUBMITTED = /^\s*true\s*Request successfully submitted\s*$/;

const singleAnswer = (outcome: HttpOutcome): Answer<never, never> =>
  SUBMITTED.test(bodyTextOf(outcome)) ? { kind: 'all', result: DELIVERED } : unreadable();

function bulkAnswer(outcome: HttpOutcome, destination: TargetDestination): Answer<never, never> {
  const text = responseIn(outcome);
  if (text === undefined) return unreadable();
  if (valueIn(text, 'success') === 'false') {
    const message = valueIn(text, 'message');
    // About the batch, not about somebody in it: who can't be updated is counted later.
    return { kind: 'all', result: failed('stop', 'batch-rejected', message ? { detail: message } : {}) };
  }
  const job = statusAddress(valueIn(text, 'batchStatus') ?? '', destination);
  return job === undefined ? unreadable() : { kind: 'job', job, againInMs: FIRST_LOOK_MS };
}

/** Batches: done or not, and how many of them could not be updated. */
export const batches: Jobs<TargetDestination> = {
  // Updates may take a day.
  giveUpAfterMs: 26 * HOUR_MS,
  request: statusRequest,
  answer: (outcome) => {
    const failure = failed503(outcome) ?? failureOf(outcome);
    if (failure) return { kind: 'all', result: failure };
    const text = responseIn(outcome);
    return text === undefined ? unreadable() : statusAnswer(text);
  },
};

function statusAnswer(text: string): JobAnswer {
  switch (valueIn(text, 'status')) {
    case 'incomplete':
      return { kind: 'running', againInMs: AGAIN_MS };
    case 'stuck':
      return { kind: 'all', result: failed('retry', 'batch-stuck') };
    case 'complete':
      return completed(text);
    default:
      return valueIn(text, 'success') === 'false'
        ? { kind: 'all', result: failed('retry', 'batch-unknown') }
        : unreadable();
  }
}

function completed(text: string): JobAnswer {
  const count = (name: string): number => Number(valueIn(text, name) ?? 0);
  const reported: Reported[] = [
    { reason: 'profiles-not-found', count: count('profilesNotFound') },
    { reason: 'failed-updates', count: count('failedUpdates') },
  ].filter((each) => each.count > 0);
  // Only how many: smaller batches find out who.
  return count('failedUpdates') > 0
    ? { kind: 'split', failure: failed('drop', 'update-failed'), reported }
    : { kind: 'all', result: DELIVERED, ...(reported.length > 0 && { reported }) };
}

const bodyTextOf = (outcome: HttpOutcome): string => (outcome.kind === 'response' ? outcome.body : '');

/** The inside of a `<response>` that is there as a whole; undefined where it is not. */
const responseIn = (outcome: HttpOutcome): string | undefined =>
  /^\s*(?:<\?xml[^>]*\?>\s*)?<response>([\s\S]*)<\/response>\s*$/.exec(bodyTextOf(outcome))?.[1];

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of an element that has no others in it. */
function valueIn(text: string, name: string): string | undefined {
  const [, value] = text.split(`<${name}>`, 2);
  const [inside] = value?.split(`</${name}>`, 1) ?? [];
  return inside?.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity]!);
}
