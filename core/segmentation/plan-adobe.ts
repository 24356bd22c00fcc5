import { DAY_MS } from '#core/util/durations.ts';
import type { EventUse, Facts } from './pql/compile/facts.ts';

export type EvaluationMethod = 'edge' | 'streaming' | 'batch';
export const PLAN_MODES = ['native', 'adobe-2021', 'adobe-2025'] as const;
export type PlanMode = (typeof PLAN_MODES)[number];

export interface PlanSettings {
  /** Whose rules decide: this platform's (default), or Adobe's of 2021 or since May 2025 (aep.md §5.3). */
  readonly mode?: PlanMode;
  /** In Adobe's modes, a rule with both `inSegment` and events: Adobe's pages contradict each other. Default `batch`. */
  readonly inSegmentWithEvents?: 'batch' | 'streaming';
}

export interface MethodChoice {
  readonly method: EvaluationMethod;
  readonly reasons: readonly string[];
}

/** Whether a rule looks at nothing of the events but that there is one of a kind. */
export const isSingleEvent = ({ eventUses }: Facts): boolean =>
  eventUses.length === 1 && eventUses[0]!.kind === 'any' && eventUses[0]!.least === 1;

/** Whether a use of events looks no further back. @param longest ms */
export const isWithin =
  (longest: number) =>
  ({ lookback }: EventUse): boolean =>
    lookback !== undefined && lookback <= longest;

/** aep.md §5.3, 2020 – early 2022, for rules that look at events. */
export function choice2021(facts: Facts): MethodChoice {
  if (isSingleEvent(facts)) return { method: 'streaming', reasons: ['It reads one incoming event.'] };
  if (!facts.eventUses.every(isWithin(DAY_MS))) {
    return { method: 'batch', reasons: ['It takes several events that may lie more than 24 hours back.'] };
  }
  const negated = facts.eventUses.filter((use) => use.negated).length;
  if (negated > 0 && negated < facts.eventUses.length) {
    return {
      method: 'batch',
      reasons: ['One of several events is excluded; only the rule as a whole may be negated.'],
    };
  }
  if (!isInOrder(facts)) {
    return { method: 'batch', reasons: ['It needs several kinds of events, in any order.'] };
  }
  return { method: 'streaming', reasons: ['It takes several events within 24 hours.'] };
}

/** Several kinds of events have to come one after the other; counts and sums of one kind need no order. */
function isInOrder({ eventUses }: Facts): boolean {
  const sequences = eventUses.some(({ kind }) => kind === 'sequence') ? 1 : 0;
  const others = new Set(eventUses.filter(({ kind }) => kind !== 'sequence').map(({ condition }) => condition));
  return sequences + others.size <= 1;
}

/** aep.md §5.3, since 2025-05-20, for rules that look at events. */
export function choice2025(facts: Facts): MethodChoice {
  if (!facts.eventUses.every(isWithin(DAY_MS))) {
    return { method: 'batch', reasons: ['It reads events more than 24 hours back, or without a time window.'] };
  }
  if (facts.eventUses.every((use) => use.negated)) {
    return { method: 'batch', reasons: ['All its conditions on events are negated.'] };
  }
  const reason = isSingleEvent(facts)
    ? 'It reads one event within 24 hours.'
    : 'It takes several events within 24 hours.';
  return { method: 'streaming', reasons: [reason] };
}
