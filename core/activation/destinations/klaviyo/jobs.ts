import { z } from 'zod';
import type { JobAnswer, Jobs, KnownResults } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import { indexIn } from './answers.ts';
import { get } from './requests.ts';
import type { KlaviyoDestination } from './settings.ts';

const AGAIN_MS = 15_000;

const statusBody = z.looseObject({
  data: z.looseObject({
    attributes: z.looseObject({
      status: z.enum(['queued', 'processing', 'complete', 'cancelled']),
      failed_count: z.int().nullish(),
    }),
  }),
});
const errorsBody = z.looseObject({
  data: z.array(
    z.looseObject({
      attributes: z.looseObject({
        code: z.string().optional(),
        detail: z.string().optional(),
        source: z.looseObject({ pointer: z.string().nullish() }).nullish(),
      }),
    }),
  ),
  links: z.looseObject({ next: z.string().nullish() }).nullish(),
});

/** What is asked of a job: how it stands, or a page of its errors. */
interface Question {
  readonly id: string;
  /** How many failed, once it is done. */
  readonly failed?: number;
  /** Errors that name nobody, on the pages before. */
  readonly unnamed?: number;
  readonly cursor?: string;
}

const read = (job: string): Question => (job.startsWith('{') ? (JSON.parse(job) as Question) : { id: job });

/** Import jobs: done, or not; and where some failed, the errors, page by page. */
export const importJobs: Jobs<KlaviyoDestination> = {
  giveUpAfterMs: 6 * HOUR_MS,
  request: (job, destination) => {
    const { id, failed: failures, cursor } = read(job);
    const path = `/api/profile-bulk-import-jobs/${encodeURIComponent(id)}`;
    if (failures === undefined) {
      return get(path, { 'fields[profile-bulk-import-job]': 'status,failed_count' }, destination);
    }
    const query = { 'fields[import-error]': 'code,detail,source', 'page[size]': '100' };
    return get(`${path}/import-errors`, { ...query, ...(cursor && { 'page[cursor]': cursor }) }, destination);
  },
  answer: (outcome, rows, job, _destination, known) => {
    const failure = failureOf(outcome);
    const isGone = outcome.kind === 'response' && outcome.status === 404;
    if (failure) return { kind: 'all', result: isGone ? failed('retry', 'job-gone') : failure };
    const question = read(job);
    return question.failed === undefined
      ? statusAnswer(outcome, question)
      : errorsAnswer(outcome, rows, question, known);
  },
};

function statusAnswer(outcome: HttpOutcome, { id }: Question): JobAnswer {
  const body = statusBody.safeParse(bodyOf(outcome));
  if (!body.success) return unreadable();
  const { status, failed_count: failures } = body.data.data.attributes;
  if (status === 'cancelled') return { kind: 'all', result: failed('retry', 'job-cancelled') };
  if (status !== 'complete') return { kind: 'running', againInMs: AGAIN_MS };
  if (!failures) return { kind: 'all', result: DELIVERED };
  return { kind: 'ask', job: JSON.stringify({ id, failed: failures }) };
}

function errorsAnswer(outcome: HttpOutcome, rows: number, question: Question, before: KnownResults): JobAnswer {
  const body = errorsBody.safeParse(bodyOf(outcome));
  if (!body.success) return unreadable();
  const known = new Map(before);
  let unnamed = question.unnamed ?? 0;
  for (const { attributes } of body.data.data) {
    const index = indexIn(attributes.source?.pointer, rows);
    if (index === undefined) unnamed += 1;
    else known.set(index, rejection(attributes));
  }
  const cursor = cursorIn(body.data.links?.next);
  if (cursor !== undefined) return { kind: 'ask', job: JSON.stringify({ ...question, unnamed, cursor }), known };
  // Some failed, and nobody says who: smaller jobs find out.
  if (unnamed > 0 || known.size < question.failed!) return { kind: 'split', failure: failed('drop', 'import-error') };
  return { kind: 'rows', results: Array.from({ length: rows }, (_, index) => known.get(index) ?? DELIVERED) };
}

function rejection({
  code = '',
  detail,
}: {
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}) {
  const reason = /^[a-z]+(_[a-z]+)*$/.test(code) ? `import-${code.replaceAll('_', '-')}` : 'import-error';
  return failed('drop', reason, detail === undefined ? {} : { detail });
}

/** Only the cursor is taken of an address that an answer names. */
export function cursorIn(next: string | null | undefined): string | undefined {
  if (!next || !URL.canParse(next)) return undefined;
  return new URL(next).searchParams.get('page[cursor]') ?? undefined;
}
