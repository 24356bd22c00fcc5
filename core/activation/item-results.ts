import type { Answer, Failure, ItemResult } from './destination-type.ts';
import { classifyOutcome, classifyStatus, type ErrorClass, type HttpOutcome, reasonOf } from './error-class.ts';

type Whole = Extract<Answer, { kind: 'all' }>;

export const DELIVERED: ItemResult = { delivered: true };

/** Why somebody was not delivered. @param reason a word for metrics; @param more the vendor's words, how long to wait */
export const failed = (
  errorClass: ErrorClass,
  reason: string,
  more: Pick<Failure, 'detail' | 'waitMs'> = {},
): Failure => ({
  delivered: false,
  errorClass,
  reason,
  ...more,
});

/** What an outcome says where only its status counts, or undefined where the request succeeded. */
export function failureOf(outcome: HttpOutcome): Failure | undefined {
  const errorClass = classifyOutcome(outcome);
  return errorClass && failed(errorClass, reasonOf(outcome));
}

/** An answer that speaks of all people of a request at once, by its status. */
export const sameForAll = (outcome: HttpOutcome): Whole => ({ kind: 'all', result: failureOf(outcome) ?? DELIVERED });

/** What an HTTP status says about one person. A single person is never a reason to stop. */
export function byStatus(status: number): ItemResult {
  const errorClass = classifyStatus(status);
  if (!errorClass) return DELIVERED;
  return failed(errorClass === 'stop' ? 'drop' : errorClass, `http-${status}`);
}

/** An answer that was to speak of each person and cannot be understood: nobody knows who was taken. */
export const unreadable = (): Whole => ({ kind: 'all', result: failed('retry', 'malformed-answer') });

/** The body of an answer as JSON, or undefined where it is none: HTML, cut off, empty. */
export function bodyOf(outcome: HttpOutcome): unknown {
  if (outcome.kind !== 'response') return undefined;
  try {
    return JSON.parse(outcome.body);
  } catch {
    return undefined;
  }
}

const SEVERITY: readonly ErrorClass[] = ['stop', 'retry', 'wait', 'unknown', 'drop', 'skip'];

/** What became of a person of whom several rows were sent: delivered where all were, else the failure that counts most. */
export function combined(results: readonly ItemResult[]): ItemResult {
  const failures = results.filter((result) => !result.delivered);
  for (const errorClass of SEVERITY) {
    const found = failures.find((failure) => failure.errorClass === errorClass);
    if (found) return found;
  }
  return DELIVERED;
}
