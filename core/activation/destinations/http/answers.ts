import { z } from 'zod';
import type { Answer } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, byStatus, sameForAll, unreadable } from '#core/activation/item-results.ts';

const MULTI_STATUS = 207;
const perPerson = z.looseObject({ results: z.array(z.looseObject({ status: z.int().min(100).max(599) })) });

/** 207 with `{"results":[{"status":200},…]}` speaks of each person; every other answer of all of them. */
export function httpAnswer(outcome: HttpOutcome, profiles: number): Answer<never, never> {
  if (outcome.kind !== 'response' || outcome.status !== MULTI_STATUS) return sameForAll(outcome);
  const read = perPerson.safeParse(bodyOf(outcome));
  if (!read.success || read.data.results.length !== profiles) return unreadable();
  return { kind: 'rows', results: read.data.results.map(({ status }) => byStatus(status)) };
}
