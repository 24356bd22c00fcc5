import { DAY_MS } from '#core/util/durations.ts';
import { isSingleEvent, isWithin, type MethodChoice } from './plan-adobe.ts';
import type { Facts } from './pql/compile/facts.ts';

/** How far back a single event may lie to be decided in a request (aep.md §5.3, Edge). */
const EDGE_DAYS = 8;

/**
 * This platform's own rules: what a request can answer from the attributes and little more than a day of events is
 * `edge`, everything else that needs no more than bounded state per profile is `streaming` (docs/segments.md, "Methods").
 * @param overAttributes whether all segments it is built on look at attributes only
 */
export function nativeChoice(facts: Facts, overAttributes: boolean): MethodChoice {
  const { eventUses, segments } = facts;
  if (eventUses.length === 0 && overAttributes) return { method: 'edge', reasons: [attributesOnly(facts)] };
  if (segments.size > 0) return { method: 'streaming', reasons: ['It is built on other segments.'] };
  if (isSingleEvent(facts)) {
    const { lookback } = eventUses[0]!;
    if (lookback === undefined) return { method: 'edge', reasons: ['One event decides it, without a time window.'] };
    if (lookback <= EDGE_DAYS * DAY_MS) {
      return { method: 'edge', reasons: [`One event of the last ${EDGE_DAYS} days at most decides it.`] };
    }
  } else if (eventUses.every(isWithin(DAY_MS))) {
    return { method: 'edge', reasons: ['It takes events of the last 24 hours only.'] };
  }
  return { method: 'streaming', reasons: streamingReasons(facts) };
}

function streamingReasons({ eventUses }: Facts): string[] {
  const reasons: string[] = [];
  if (eventUses.some(({ kind }) => kind === 'sequence')) reasons.push('It follows events in their order.');
  if (eventUses.some(({ kind }) => kind === 'count')) reasons.push('It counts events.');
  if (eventUses.some(({ kind }) => kind === 'values' || kind === 'history'))
    reasons.push('It adds up values of events.');
  if (eventUses.some(({ lookback }) => lookback !== undefined)) reasons.push('It reads events in a time window.');
  if (reasons.length === 0) reasons.push('It takes several kinds of events together.');
  return reasons;
}

/** Why a rule without events is what it is. */
export const attributesOnly = ({ segments }: Facts): string =>
  segments.size > 0 ? 'It is built on other segments, without events of its own.' : 'It reads profile attributes only.';
