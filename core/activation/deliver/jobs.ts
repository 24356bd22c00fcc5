import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { Clock } from '#core/ports/clock.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Failure, ItemResult, JobAnswer, KnownResults, Reported } from '../destination-type.ts';
import { combined, failed } from '../item-results.ts';
import type { Submission, Submissions } from '../ports/submissions.ts';
import type { Addressed, Exchange } from './exchange.ts';
import type { Turns } from './turns.ts';

/** Why somebody waits who was handed in: the result comes later. */
export const SUBMITTED = 'submitted';

/** A key that is the same whenever the same delivery comes. */
export const keyOfDelivery = (delivery: ProfileDelivery): string =>
  hash('sha256', stringify(delivery), 'base64url').slice(0, 32);

interface World extends Addressed {
  readonly turns: Turns;
  readonly exchange: Exchange;
  readonly submissions: Submissions;
  readonly now: Clock;
  readonly onReported?: ((destinationId: string, reported: Reported) => void) | undefined;
}

/** What became of a delivery that was handed in before, or undefined where it is to be sent now. */
export type Polled = ItemResult | Again | Rest | undefined;

/** To be handed in again at once, with fewer others. */
export interface Again {
  readonly most: number;
}

/** What has not been sent of it is to be sent now. */
export interface Rest {
  /** Rows that are not. */
  readonly done: readonly string[];
  /** Of others. */
  readonly failure?: Failure;
}

const isOver = (polled: Polled): boolean =>
  polled !== undefined && 'delivered' in polled && (polled.delivered || polled.errorClass !== 'wait');

/** How often an answer may say what to ask next: a hundred pages, and some. */
const MAX_QUESTIONS = 110;

/**
 * What has become of deliveries that were handed in before: each job is asked for once. A failure that may pass, and a job
 * that is older than anybody waits for, has the delivery handed in again with its next attempt.
 * @returns in order
 */
export async function pollJobs(deliveries: readonly ProfileDelivery[], world: World): Promise<Polled[]> {
  const { type, submissions } = world;
  if (!type.jobs) return deliveries.map(() => undefined);
  const keys = deliveries.map(keyOfDelivery);
  const known = await submissions.get(keys);
  const answers = new Map<string, LastAnswer | ItemResult>();
  for (const { jobs } of known.values()) {
    for (const { job, rows } of jobs) {
      if (!answers.has(job)) answers.set(job, await ask(job, rows, world));
    }
  }
  const over: string[] = [];
  const results = keys.map((key) => {
    const submission = known.get(key);
    if (!submission) return undefined;
    const result = resultOf(submission, answers, type.jobs!.giveUpAfterMs, world);
    // What is handed in again, or goes on, is remembered until it is.
    if (isOver(result)) over.push(key);
    return result;
  });
  if (over.length > 0) await submissions.delete(over);
  return results;
}

type LastAnswer = Exclude<JobAnswer, { readonly kind: 'ask' }>;

async function ask(job: string, rows: number, world: World): Promise<LastAnswer | ItemResult> {
  let question: Question = { job, rows, known: new Map() };
  for (let asked = 0; asked < MAX_QUESTIONS; asked += 1) {
    const answer = await askOnce(question, world);
    if ('delivered' in answer || answer.kind !== 'ask') return answer;
    question = { job: answer.job, rows, known: new Map([...question.known, ...(answer.known ?? [])]) };
  }
  return failed('retry', 'too-many-steps');
}

interface Question {
  readonly job: string;
  readonly rows: number;
  readonly known: KnownResults;
}

async function askOnce({ job, rows, known }: Question, world: World): Promise<JobAnswer | ItemResult> {
  const { type, destination, context, turns, exchange, onReported } = world;
  const held = await turns.next();
  if (held) return held;
  const outcome = await exchange(type.jobs!.request(job, destination, context), world);
  if (!('kind' in outcome)) return outcome;
  const answer = type.jobs!.answer(outcome, rows, job, destination, known);
  if (answer.kind === 'all') turns.note(outcome, [answer.result]);
  if (answer.kind !== 'running' && answer.kind !== 'ask') {
    for (const each of answer.reported ?? []) onReported?.(destination.id, each);
  }
  return answer;
}

function resultOf(
  { jobs, since, failure, done }: Submission,
  answers: ReadonlyMap<string, LastAnswer | ItemResult>,
  giveUpAfterMs: number,
  { now }: World,
): ItemResult | Again | Rest {
  const most = jobs.flatMap(({ job, rows }) => {
    const answer = answers.get(job)!;
    return 'kind' in answer && answer.kind === 'split' && rows > 1 ? [Math.ceil(rows / 2)] : [];
  });
  if (most.length > 0) return { most: Math.min(...most) };
  const results = jobs.map(({ job, row, rows }): ItemResult => {
    const answer = answers.get(job)!;
    if ('delivered' in answer) return answer;
    if (answer.kind === 'all') return answer.result;
    if (answer.kind === 'split') return answer.failure;
    if (answer.kind === 'running') {
      return now() - since > giveUpAfterMs
        ? failed('retry', 'no-result')
        : { ...failed('wait', SUBMITTED), until: now() + answer.againInMs };
    }
    return (answer.results.length === rows ? answer.results[row] : undefined) ?? failed('retry', 'malformed-answer');
  });
  const result = combined(failure ? [...results, failure] : results);
  if (!done || (!result.delivered && result.errorClass !== 'drop')) return result;
  return { done, ...(!result.delivered && { failure: result }) };
}
