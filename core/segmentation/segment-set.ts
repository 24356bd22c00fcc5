import { createHash } from 'node:crypto';
import type { ProfileView } from '#core/profile/profile-view.ts';
import type { Relationship } from '#core/schema/relationship.ts';
import { indexSegments, namesOf } from './affected.ts';
import type { SegmentDefinition } from './definition.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';
import { type LookupRecord, type LookupRecords, NOT_LOADED } from './lookups.ts';
import { type PlanSettings, planSegments, type SegmentPlan } from './plan.ts';
import { indexSelectors } from './pql/run/selector-index.ts';
import { EventValue } from './pql/run/values.ts';
import { type Retain, retention } from './retention.ts';
import { compileAll } from './segment-compiler.ts';

export type { EventView, ProfileView } from '#core/profile/profile-view.ts';
export type { Answer, Evaluator } from './evaluator.ts';
export type { SegmentPlan } from './plan.ts';
export { SegmentSetError } from './segment-compiler.ts';

/** Segments that are evaluated together. Opt-outs and lifecycle are the caller's: all definitions given are evaluated. */
export interface SegmentSet {
  /** In the order of their dependencies: a segment comes after those it names with `inSegment`. */
  readonly ids: readonly string[];
  /** Those that do not wait for the batch job, in the same order. */
  readonly streamed: readonly string[];
  /** How each is evaluated, and why (aep.md §5.3). */
  readonly plans: ReadonlyMap<string, SegmentPlan>;
  /** Changes when `projectEvent` or `retain` would keep something else: 16 hexadecimal digits of a SHA-256. */
  readonly fingerprint: string;
  /** Attribute paths that segments read, dotted; for information. */
  readonly attributePaths: readonly string[];
  /** The same as lists of names, to cut attributes down by: the empty one where some segment reads all of a profile. */
  readonly attributeKeys: readonly (readonly string[])[];
  /** The relationships by which records of other entities are looked up; none of them by a streamed segment. */
  readonly lookups: readonly Relationship[];
  /** Cuts a record of an entity down to what some segment reads of it. */
  projectLookup(entity: string, record: LookupRecord): LookupRecord;
  /**
   * Cuts an event down to the paths that some segment reads.
   * @returns undefined when no segment could ever be affected by this event
   */
  projectEvent(entity: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined;
  /** Leaves out events of one identity that have no influence any more. */
  readonly retain: Retain;
  /** Segments that a change of a profile can affect; the others give the same answers, and as long, as before. */
  affectedBy(before: ProfileView, after: ProfileView): ReadonlySet<string>;
  /**
   * Prepares a profile to be asked about several segments and instants: its events are gone through once.
   * @param records those that `lookups` lead to; may be left out where only streamed segments are asked
   */
  evaluator(profile: ProfileView, records?: LookupRecords): Evaluator;
  /**
   * Membership of every segment at `now` (epoch ms). Events may be in any order; those after `now` do not count.
   */
  evaluate(profile: ProfileView, now: number, records?: LookupRecords): ReadonlyMap<string, boolean>;
  /**
   * The earliest instant (epoch ms, later than `now`) at which some answer could change by the passage of time alone:
   * until the millisecond before it, `evaluate` gives what it gives now. It may name an instant at which nothing
   * changes. Undefined when only data can change the answers.
   */
  nextChange(profile: ProfileView, now: number): number | undefined;
}

export interface SegmentOptions extends PlanSettings {
  /** Those of the union schemas. @default none */
  readonly relationships?: readonly Relationship[];
}

/**
 * Compiles definitions to a set.
 * @throws PqlError (with `segmentId`) where an expression is wrong; SegmentSetError for ids that are given twice,
 *   unknown in `inSegment`, or go round in a circle
 */
export function compileSegments(definitions: readonly SegmentDefinition[], options: SegmentOptions = {}): SegmentSet {
  const compilation = compileAll(definitions, options.relationships);
  const { segments, selectors, eventPaths, attributePaths, lookupPaths } = compilation;
  const ids = segments.map(({ id }) => id);
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const selectorIndex = indexSelectors(selectors);
  const { retain, key: retained } = retention(segments, selectorIndex);
  const evaluator = (profile: ProfileView, records: LookupRecords = NOT_LOADED): Evaluator =>
    createEvaluator(profile, segments, indexOf, records);

  const plans = planSegments(segments, options);
  return {
    ids,
    streamed: ids.filter((id) => plans.get(id)!.method !== 'batch'),
    plans,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([eventPaths.list(), selectors.map(({ key }) => key).sort(), retained]))
      .digest('hex')
      .slice(0, 16),
    attributePaths: attributePaths.list(),
    attributeKeys: segments.some(({ facts }) => facts.wholeProfile) ? [[]] : attributePaths.list().map(namesOf),
    lookups: [...new Set(segments.flatMap(({ facts }) => [...facts.lookups]))],
    projectLookup: (entity, record) => lookupPaths.get(entity)?.project(record) ?? {},
    projectEvent(entity) {
      const isRelevant = selectorIndex.matchesAny(new EventValue(0, Number.NaN, entity));
      return isRelevant ? eventPaths.project(entity) : undefined;
    },
    retain,
    affectedBy: indexSegments(segments, selectorIndex),
    evaluator,
    evaluate(profile, now, records) {
      const { answer } = evaluator(profile, records);
      return new Map(ids.map((id) => [id, answer(id, now).isMember]));
    },
    nextChange(profile, now) {
      const next = evaluator(profile).nextChange(ids, now);
      return Number.isFinite(next) ? next : undefined;
    },
  };
}
