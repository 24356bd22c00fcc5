import type { ItemResult } from './destination-type.ts';
import { classifyOutcome, classifyStatus, type HttpOutcome, reasonOf } from './error-class.ts';

export const DELIVERED: ItemResult = { delivered: true };

/** An answer that speaks of all people of a request at once. */
export function sameForAll(outcome: HttpOutcome, profiles: number): ItemResult[] {
  const errorClass = classifyOutcome(outcome);
  const result: ItemResult = errorClass ? { delivered: false, errorClass, reason: reasonOf(outcome) } : DELIVERED;
  return Array.from({ length: profiles }, () => result);
}

/** What an HTTP status says about one person. A single person is never a reason to stop. */
export function byStatus(status: number): ItemResult {
  const errorClass = classifyStatus(status);
  if (!errorClass) return DELIVERED;
  return { delivered: false, errorClass: errorClass === 'stop' ? 'drop' : errorClass, reason: `http-${status}` };
}

/** An answer that was to speak of each person and cannot be understood: nobody knows who was taken. */
export const unreadable = (profiles: number): ItemResult[] =>
  Array.from({ length: profiles }, () => ({ delivered: false, errorClass: 'retry', reason: 'malformed-answer' }));
