import type { z } from 'zod';
import { unionsOf } from '#core/catalog/checks/union.ts';
import { schemaDefinition } from '#core/schema/definition.ts';
import { segmentDefinition } from '#core/segmentation/definition.ts';
import type { PlanSettings } from '#core/segmentation/plan-adobe.ts';
import { problemsIn } from '#core/segmentation/pql/check/mistakes.ts';
import type { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { compileSegments, type ProfileView, type SegmentPlan } from '#core/segmentation/segment-set.ts';
import { InputError, parseInput } from './input.ts';

export type { EventView, ProfileView } from '#core/profile/profile-view.ts';
export type { PlanState, SegmentPlan } from '#core/segmentation/plan.ts';
export type { EvaluationMethod, PlanMode, PlanSettings } from '#core/segmentation/plan-adobe.ts';
export type { Expression } from '#core/segmentation/pql/ast.ts';
export { PqlError } from '#core/segmentation/pql/parse/errors.ts';
export { formatPql } from '#core/segmentation/pql/parse/format.ts';
export { parsePql } from '#core/segmentation/pql/parse/parse.ts';
export { SegmentSetError } from '#core/segmentation/segment-compiler.ts';
export { InputError, type InputProblem } from './input.ts';

/** A JSON Schema of profiles or of events; `meta:class` says of which (aep.md §1.1). */
export type Schema = z.input<typeof schemaDefinition>;

/** Against what a rule is checked. */
export interface CheckOptions {
  /** Schemas of profiles and of events; fields of a class without schemas are not checked. */
  readonly schemas?: readonly Schema[];
  /** Ids that `inSegment` may name. */
  readonly segmentIds?: Iterable<string>;
}

/**
 * Everything that is wrong with a rule: syntax, fields that no schema has, operations that do not fit their types,
 * segments that are unknown. `render()` of each shows its line with a caret.
 * @returns by the place in the text; empty for none
 * @throws InputError where a schema is none
 */
export function checkPql(text: string, { schemas = [], segmentIds = [] }: CheckOptions = {}): readonly PqlError[] {
  const read = schemas.map((schema, i) => parseInput(schemaDefinition, schema, `The schema ${schema.$id ?? i}`));
  const enabled = read.map((schema) => ({ ...schema, 'meta:immutableTags': ['union' as const] }));
  return problemsIn(text, unionsOf({ schemas: enabled, datasets: [] }), new Set(segmentIds));
}

/** Rules that are evaluated together. */
export interface Segments {
  /** A segment comes after those it names with `inSegment`. */
  readonly ids: readonly string[];
  /** How each is evaluated (edge, streaming or batch) and why, and what has to be kept per profile (aep.md §5.3). */
  readonly plans: ReadonlyMap<string, SegmentPlan>;
  /** Membership of each segment at `now` (epoch ms). Events after `now` do not count. */
  evaluate(profile: ProfileView, now: number): ReadonlyMap<string, boolean>;
  /**
   * The earliest instant (epoch ms) after `now` at which an answer could change though nothing comes in; until then
   * `evaluate` gives what it gives now. Undefined when only data can change the answers.
   */
  nextChange(profile: ProfileView, now: number): number | undefined;
}

/**
 * Compiles rules, once for any number of profiles.
 * @param rules id → PQL text; a rule may name another with `inSegment`
 * @param settings whose rules decide how a segment is evaluated: this platform's (default) or Adobe's
 * @throws PqlError, with the `segmentId`, where a text is wrong; SegmentSetError where `inSegment` names an unknown id or
 *   rules refer to each other in a circle; InputError for an id that is none
 */
export function compilePql(rules: Readonly<Record<string, string>>, settings: PlanSettings = {}): Segments {
  const definitions = Object.entries(rules).map(([id, value]) =>
    parseInput(
      segmentDefinition,
      { id, name: id, expression: { type: 'PQL', format: 'pql/text', value } },
      `The rule "${id}"`,
    ),
  );
  const { ids, plans, evaluate, nextChange } = compileSegments(definitions, settings);
  return { ids, plans, evaluate: (profile, now) => evaluate(profile, now), nextChange };
}

/**
 * A profile to be evaluated, from its attributes and events as XDM has them.
 * @param events each with a `timestamp` (ISO 8601), in any order; `_id` where it has one
 * @throws InputError for an event without a time
 */
export function profileView(
  attributes: Readonly<Record<string, unknown>>,
  events: readonly Readonly<Record<string, unknown>>[] = [],
): ProfileView {
  const xEvent = events.map((entity, i) => {
    const time = typeof entity.timestamp === 'string' ? Date.parse(entity.timestamp) : Number.NaN;
    if (Number.isNaN(time)) {
      const message = 'expected an instant of ISO 8601, such as "2026-01-31T12:00:00Z"';
      throw new InputError('The events', [{ pointer: `/${i}/timestamp`, message }]);
    }
    return { id: typeof entity._id === 'string' ? entity._id : String(i), time, entity };
  });
  return { ...attributes, xEvent };
}
