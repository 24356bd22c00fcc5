import { choice2021, choice2025, type EvaluationMethod, type MethodChoice, type PlanSettings } from './plan-adobe.ts';
import { attributesOnly, nativeChoice } from './plan-native.ts';
import type { Facts } from './pql/compile/facts.ts';
import { ITEM } from './pql/parse/canonical.ts';
import type { CompiledSegment } from './segment-compiler.ts';

export type { EvaluationMethod, PlanMode, PlanSettings } from './plan-adobe.ts';

export interface SegmentPlan {
  readonly method: EvaluationMethod;
  /** Short sentences for people who write segments. */
  readonly reasons: readonly string[];
  /** What latency to expect, in words. */
  readonly latency: string;
  /** What has to be kept per profile. */
  readonly state: PlanState;
}

export interface PlanState {
  /** Attributes that are read, dotted. */
  readonly attributes: readonly string[];
  /** Conditions on one event, in a canonical form; empty for all events. */
  readonly eventConditions: readonly string[];
  /** How far back events matter, in milliseconds; 0 when none do, null for all of the past. */
  readonly lookback: number | null;
  readonly sequences: number;
  /** Records of other entities that are looked up: the field with their key → the `$id` of their schema. */
  readonly lookups: readonly string[];
  /** Segments whose membership is asked. */
  readonly segments: readonly string[];
  /** When membership changes though nothing comes in, in words. */
  readonly timedChanges: string;
}

const LATENCY: Readonly<Record<EvaluationMethod, string>> = {
  edge: 'within the request',
  streaming: 'seconds after the data arrives',
  batch: 'with the next scheduled evaluation, once a day by default',
};

/**
 * Decides how each segment is evaluated and says why (aep.md §5.3, §5.5; docs/segments.md). `segments` come in the order
 * of their dependencies; a segment is never faster than one it is built on.
 */
export function planSegments(segments: readonly CompiledSegment[], settings: PlanSettings): Map<string, SegmentPlan> {
  const plans = new Map<string, SegmentPlan>();
  for (const segment of segments) {
    const own = obstacleOf(segment) ?? choiceOf(segment.facts, settings, plans);
    const { method, reasons } = slowedDown(own, segment.facts, plans);
    plans.set(segment.id, { method, reasons, latency: LATENCY[method], state: stateOf(segment, plans) });
  }
  return plans;
}

/** What can only be answered in batch, whoever's rules apply. */
function obstacleOf({ facts, attributePaths }: CompiledSegment): MethodChoice | undefined {
  const reasons: string[] = [];
  for (const { path, entity } of facts.lookups) {
    reasons.push(`It looks up records of another entity (multi-entity): those of ${entity} by ${path.join('.')}.`);
  }
  if (attributePaths.some((path) => isWithin(path.toLowerCase(), 'segmentmembership.aam'))) {
    reasons.push('It is built on an Audience Manager segment.');
  }
  if (facts.wholeHistory.size > 0 && facts.eventUses.some(isWithoutEnd)) {
    reasons.push(`It needs the whole history at once (${[...facts.wholeHistory].join(', ')}).`);
  }
  return reasons.length > 0 ? { method: 'batch', reasons } : undefined;
}

const isWithin = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}.`);

const isWithoutEnd = ({ kind, lookback }: Facts['eventUses'][number]): boolean =>
  lookback === undefined && (kind === 'values' || kind === 'history');

function choiceOf(facts: Facts, settings: PlanSettings, plans: ReadonlyMap<string, SegmentPlan>): MethodChoice {
  const { mode = 'native' } = settings;
  if (mode === 'native') {
    const isAboutAttributes = (id: string): boolean => plans.get(id)?.method === 'edge' && lookbackOf(plans, id) === 0;
    return nativeChoice(facts, [...facts.segments].every(isAboutAttributes));
  }
  if (mode === 'adobe-2025' && ignoresYear(facts)) {
    return { method: 'batch', reasons: ['It reads dates without their year.'] };
  }
  if (facts.eventUses.length > 0 && facts.segments.size > 0 && settings.inSegmentWithEvents !== 'streaming') {
    return { method: 'batch', reasons: ['It combines another segment with events in one rule.'] };
  }
  if (facts.eventUses.length === 0) return { method: 'streaming', reasons: [attributesOnly(facts)] };
  return mode === 'adobe-2021' ? choice2021(facts) : choice2025(facts);
}

const lookbackOf = (plans: ReadonlyMap<string, SegmentPlan>, id: string): number | null | undefined =>
  plans.get(id)?.state.lookback;

/** aep.md §5.3: a day or a month of a date that may be of any year, as in "on their birthday". */
const ignoresYear = ({ partsOfDate }: Facts): boolean => partsOfDate.size > 0 && !partsOfDate.has('getYear');

const RANK: readonly EvaluationMethod[] = ['edge', 'streaming', 'batch'];

function slowedDown(own: MethodChoice, { segments }: Facts, plans: ReadonlyMap<string, SegmentPlan>): MethodChoice {
  const slower = [...segments].filter((id) => RANK.indexOf(plans.get(id)!.method) > RANK.indexOf(own.method));
  const worst = slower.map((id) => plans.get(id)!.method).sort((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0];
  if (worst === undefined) return own;
  const names = slower.filter((id) => plans.get(id)!.method === worst).join(', ');
  return { method: worst, reasons: [...own.reasons, `It waits for ${names}, evaluated by ${worst}.`] };
}

function stateOf({ facts, attributePaths }: CompiledSegment, plans: ReadonlyMap<string, SegmentPlan>): PlanState {
  const { eventUses, segments, lookups } = facts;
  const lookbacks = eventUses.map(({ lookback }) => lookback);
  return {
    attributes: [...attributePaths].sort(),
    eventConditions: [...new Set(eventUses.map(({ condition }) => condition.replaceAll(ITEM, 'event')))].sort(),
    lookback: lookbacks.includes(undefined) ? null : Math.max(0, ...(lookbacks as number[])),
    sequences: eventUses.filter(({ kind }) => kind === 'sequence').length,
    lookups: [...lookups].map(({ path, entity }) => `${path.join('.')} → ${entity}`).sort(),
    segments: [...segments].sort(),
    timedChanges: timedChangesOf(facts, plans),
  };
}

/** The rule by which a profile is visited although nothing came in (docs/architecture.md, "State"). */
function timedChangesOf({ followsClock, eventUses, segments }: Facts, plans: ReadonlyMap<string, SegmentPlan>): string {
  const moments: string[] = [];
  if (followsClock && eventUses.length > 0) moments.push('an event comes into its time window or leaves it');
  else if (followsClock) moments.push('the clock passes a date of the profile, or the end of a day, month or year');
  const timed = [...segments].filter((id) => !plans.get(id)!.state.timedChanges.startsWith(NO_CHANGES)).sort();
  if (timed.length > 0) moments.push(`time changes the membership of ${timed.join(', ')}`);
  if (moments.length > 0) return `at the instant at which ${moments.join(', or ')}; the next one is kept per profile`;
  return eventUses.length > 0
    ? `${NO_CHANGES} (an event that is dated in the future counts when its time comes)`
    : NO_CHANGES;
}

const NO_CHANGES = 'none: only new data changes the answer';
