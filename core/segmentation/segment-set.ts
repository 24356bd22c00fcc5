import { createHash } from 'node:crypto';
import type { SegmentDefinition } from './definition.ts';
import { type PlanOptions, planSegments, type SegmentPlan } from './plan.ts';
import type { Context } from './pql/context.ts';
import { type History, historyOf } from './pql/history.ts';
import { EventValue } from './pql/values.ts';
import type { ProfileView } from './profile-view.ts';
import { type CompiledSegment, compileAll } from './segment-compiler.ts';

export type { SegmentPlan } from './plan.ts';
export type { EventView, ProfileView } from './profile-view.ts';
export { SegmentSetError } from './segment-compiler.ts';

/** Segments that are evaluated together. Opt-outs and lifecycle are the caller's: all definitions given are evaluated. */
export interface SegmentSet {
  /** In the order of their dependencies: a segment comes after those it names with `inSegment`. */
  readonly ids: readonly string[];
  /** How each is evaluated, and why (aep.md §5.3). */
  readonly plans: ReadonlyMap<string, SegmentPlan>;
  /** Changes when `projectEvent` would keep something else: 16 hexadecimal digits of a SHA-256. */
  readonly fingerprint: string;
  /** Attribute paths that segments read, dotted; for information. */
  readonly attributePaths: readonly string[];
  /**
   * Cuts an event down to the paths that some segment reads.
   * @returns undefined when no segment could ever be affected by this event
   */
  projectEvent(entity: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined;
  /**
   * Membership of every segment at `now` (epoch ms). Events may be in any order; those after `now` do not count.
   */
  evaluate(profile: ProfileView, now: number): ReadonlyMap<string, boolean>;
  /**
   * The earliest instant (epoch ms, later than `now`) at which some answer could change by the passage of time alone:
   * until the millisecond before it, `evaluate` gives what it gives now. It may name an instant at which nothing
   * changes. Undefined when only data can change the answers.
   */
  nextChange(profile: ProfileView, now: number): number | undefined;
}

/** Candidates for the next change that are tried before one is given unconfirmed. */
const CONFIRMATIONS = 16;

/**
 * Compiles definitions to a set.
 * @throws PqlError (with `segmentId`) where an expression is wrong; SegmentSetError for ids that are given twice,
 *   unknown in `inSegment`, or go round in a circle
 */
export function compileSegments(definitions: readonly SegmentDefinition[], options: PlanOptions = {}): SegmentSet {
  const compilation = compileAll(definitions);
  const { segments, selectors, eventPaths, attributePaths } = compilation;
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const keepsEverything = selectors.some(({ key }) => key === '');

  return {
    ids: segments.map(({ id }) => id),
    plans: planSegments(segments, options),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([eventPaths.list(), selectors.map(({ key }) => key).sort()]))
      .digest('hex')
      .slice(0, 16),
    attributePaths: attributePaths.list(),
    projectEvent(entity) {
      const slots: unknown[] = [];
      const event = new EventValue(0, Number.NaN, entity);
      const isRelevant = keepsEverything || selectors.some((selector) => selector.test(event, slots));
      return isRelevant ? eventPaths.project(entity) : undefined;
    },
    evaluate(profile, now) {
      const evaluation = evaluationAt(byId, profile, historyOf(profile.xEvent, []), now);
      return new Map(segments.map(({ id }) => [id, evaluation(id).isMember]));
    },
    nextChange(profile, now) {
      const history = historyOf(profile.xEvent, []);
      const present = evaluationAt(byId, profile, history, now);
      let earliest = Number.POSITIVE_INFINITY;
      for (const { id } of segments) {
        const { isMember, horizon } = present(id);
        let candidate = horizon;
        for (let tries = 0; tries < CONFIRMATIONS && candidate < earliest; tries += 1) {
          const then = evaluationAt(byId, profile, history, candidate)(id);
          if (then.isMember !== isMember) break;
          candidate = then.horizon;
        }
        earliest = Math.min(earliest, candidate);
      }
      return Number.isFinite(earliest) ? earliest : undefined;
    },
  };
}

/** An answer, and the first later instant at which it could be another; Infinity if there is none. */
interface Answer {
  readonly isMember: boolean;
  readonly horizon: number;
}

/** Answers at one instant, each worked out once. */
function evaluationAt(
  segments: ReadonlyMap<string, CompiledSegment>,
  profile: ProfileView,
  history: History,
  now: number,
): (id: string) => Answer {
  const answers = new Map<string, Answer>();
  const slots: unknown[] = [];
  const answerOf = (id: string): Answer => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    const context: Context = {
      profile,
      history,
      now,
      slots,
      horizon: Number.POSITIVE_INFINITY,
      isMember(other) {
        const answer = answerOf(other);
        context.horizon = Math.min(context.horizon, answer.horizon);
        return answer.isMember;
      },
    };
    const isMember = segments.get(id)!.test(context);
    const answer: Answer = { isMember, horizon: context.horizon };
    answers.set(id, answer);
    return answer;
  };
  return answerOf;
}
