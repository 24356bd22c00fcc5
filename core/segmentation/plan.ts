import { ITEM } from './pql/canonical.ts';
import type { EventUse, Facts } from './pql/facts.ts';
import { DAY } from './pql/time.ts';
import type { CompiledSegment } from './segment-compiler.ts';

export type EvaluationMethod = 'edge' | 'streaming' | 'batch';
export type PlanMode = 'native' | 'adobe-2021' | 'adobe-2025';

export interface PlanOptions {
  /** Whose rules decide: this platform's (default), or Adobe's of 2021 or since May 2025 (aep.md §5.3). */
  readonly mode?: PlanMode;
  /** Attribute or event paths that lead to another entity (a lookup dataset). */
  readonly lookups?: readonly string[];
  /** In Adobe's modes, a rule with both `inSegment` and events: Adobe's pages contradict each other. Default `batch`. */
  readonly inSegmentWithEvents?: 'batch' | 'streaming';
}

export interface SegmentPlan {
  readonly method: EvaluationMethod;
  /** Short sentences for people who write segments. */
  readonly reasons: readonly string[];
  /** What latency to expect, in words. */
  readonly latency: string;
  /** What has to be kept per profile. */
  readonly state: {
    /** Conditions on one event, in a canonical form; empty for all events. */
    readonly eventConditions: readonly string[];
    /** How far back events matter, in milliseconds; undefined for all of the past. */
    readonly lookback: number | undefined;
    readonly sequences: number;
    readonly segments: readonly string[];
  };
}

interface Verdict {
  readonly method: EvaluationMethod;
  readonly reasons: readonly string[];
}

const LATENCY: Readonly<Record<EvaluationMethod, string>> = {
  edge: 'within the request',
  streaming: 'seconds after the data arrives',
  batch: 'with the next scheduled evaluation, once a day by default',
};

/**
 * Decides how each segment is evaluated and says why (aep.md §5.3, §5.5). `segments` come in the order of their
 * dependencies; a segment is never faster than one it is built on.
 */
export function planSegments(segments: readonly CompiledSegment[], options: PlanOptions): Map<string, SegmentPlan> {
  const plans = new Map<string, SegmentPlan>();
  for (const segment of segments) {
    const own = obstacleOf(segment, options) ?? verdictOf(segment.facts, options);
    const { method, reasons } = slowedDown(own, segment.facts, plans);
    plans.set(segment.id, { method, reasons, latency: LATENCY[method], state: stateOf(segment.facts) });
  }
  return plans;
}

/** What can only be answered in batch, whoever's rules apply. */
function obstacleOf(
  { facts, attributePaths, eventPaths }: CompiledSegment,
  { lookups = [] }: PlanOptions,
): Verdict | undefined {
  const reasons: string[] = [];
  const foreign = lookups.filter((lookup) => [...attributePaths, ...eventPaths].some((path) => isWithin(path, lookup)));
  if (foreign.length > 0) reasons.push(`It reads ${foreign.join(', ')} from another dataset.`);
  if (attributePaths.some((path) => isWithin(path.toLowerCase(), 'segmentmembership.aam'))) {
    reasons.push('It is built on an Audience Manager segment.');
  }
  if (facts.wholeHistory.size > 0) {
    reasons.push(`It goes through the whole history at once (${[...facts.wholeHistory].join(', ')}).`);
  }
  return reasons.length > 0 ? { method: 'batch', reasons } : undefined;
}

const isWithin = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}.`);

function verdictOf(facts: Facts, options: PlanOptions): Verdict {
  const { mode = 'native' } = options;
  if (mode === 'native') return nativeVerdict(facts);
  if (facts.eventUses.length > 0 && facts.segments.size > 0 && options.inSegmentWithEvents !== 'streaming') {
    return { method: 'batch', reasons: ['It combines another segment with events in one rule.'] };
  }
  if (facts.eventUses.length === 0) return { method: 'streaming', reasons: [attributesOnly(facts)] };
  return mode === 'adobe-2021' ? verdictOf2021(facts) : verdictOf2025(facts);
}

const attributesOnly = ({ segments }: Facts): string =>
  segments.size > 0
    ? 'It is built on other segments, without events of its own.'
    : 'It looks at profile attributes only.';

function nativeVerdict({ eventUses, segments }: Facts): Verdict {
  if (segments.size > 0) return { method: 'streaming', reasons: ['It is built on other segments.'] };
  if (eventUses.length === 0) return { method: 'edge', reasons: ['It looks at profile attributes only.'] };
  const [only] = eventUses;
  if (eventUses.length === 1 && only!.kind === 'any' && only!.lookback === undefined && only!.condition !== '') {
    return { method: 'edge', reasons: ['One event decides it, without a time window.'] };
  }
  const reasons: string[] = [];
  if (eventUses.some(({ kind }) => kind === 'sequence')) reasons.push('It follows events in their order.');
  if (eventUses.some(({ kind }) => kind === 'count')) reasons.push('It counts events.');
  if (eventUses.some(({ kind }) => kind === 'values' || kind === 'history'))
    reasons.push('It adds up values of events.');
  if (eventUses.some(({ lookback }) => lookback !== undefined)) reasons.push('It looks at events in a time window.');
  if (reasons.length === 0) reasons.push('It takes several kinds of events together.');
  return { method: 'streaming', reasons };
}

const isSingleEvent = ({ eventUses }: Facts): boolean =>
  eventUses.length === 1 && eventUses[0]!.kind === 'any' && eventUses[0]!.least === 1;

const isWithinADay = ({ lookback }: EventUse): boolean => lookback !== undefined && lookback <= DAY;

/** aep.md §5.3, 2020 – early 2022. */
function verdictOf2021(facts: Facts): Verdict {
  if (isSingleEvent(facts)) return { method: 'streaming', reasons: ['It looks at one incoming event.'] };
  if (!facts.eventUses.every(isWithinADay)) {
    return { method: 'batch', reasons: ['It takes several events that may lie more than 24 hours back.'] };
  }
  const negated = facts.eventUses.filter((use) => use.negated).length;
  if (facts.negatedStep || (negated > 0 && negated < facts.eventUses.length)) {
    return {
      method: 'batch',
      reasons: ['One of several events is excluded; only the rule as a whole may be negated.'],
    };
  }
  return { method: 'streaming', reasons: ['It takes several events within 24 hours.'] };
}

/** aep.md §5.3, since 2025-05-20. */
function verdictOf2025(facts: Facts): Verdict {
  if (!facts.eventUses.every(isWithinADay)) {
    return { method: 'batch', reasons: ['It looks at events more than 24 hours back, or without a time window.'] };
  }
  if (facts.eventUses.every((use) => use.negated)) {
    return { method: 'batch', reasons: ['The whole rule about events is negated.'] };
  }
  const reason = isSingleEvent(facts)
    ? 'It looks at one event within 24 hours.'
    : 'It takes several events within 24 hours.';
  return { method: 'streaming', reasons: [reason] };
}

const RANK: readonly EvaluationMethod[] = ['edge', 'streaming', 'batch'];

function slowedDown(own: Verdict, { segments }: Facts, plans: ReadonlyMap<string, SegmentPlan>): Verdict {
  const slower = [...segments].filter((id) => RANK.indexOf(plans.get(id)!.method) > RANK.indexOf(own.method));
  const worst = slower.map((id) => plans.get(id)!.method).sort((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0];
  if (worst === undefined) return own;
  return {
    method: worst,
    reasons: [...own.reasons, `It waits for ${slower.join(', ')}, which is evaluated in ${worst}.`],
  };
}

function stateOf({ eventUses, segments }: Facts): SegmentPlan['state'] {
  const lookbacks = eventUses.map(({ lookback }) => lookback);
  return {
    eventConditions: [...new Set(eventUses.map(({ condition }) => condition.replaceAll(ITEM, 'event')))].sort(),
    lookback:
      lookbacks.length === 0
        ? 0
        : lookbacks.some((one) => one === undefined)
          ? undefined
          : Math.max(...(lookbacks as number[])),
    sequences: eventUses.filter(({ kind }) => kind === 'sequence').length,
    segments: [...segments].sort(),
  };
}
