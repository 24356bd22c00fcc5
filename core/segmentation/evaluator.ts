import type { ProfileView } from '#core/profile/profile-view.ts';
import type { LookupRecords } from './lookups.ts';
import type { Context } from './pql/run/context.ts';
import { historyOf } from './pql/run/history.ts';
import type { CompiledSegment } from './segment-compiler.ts';

/** An answer, and the first later instant (epoch ms) at which it could be another; Infinity if there is none. */
export interface Answer {
  readonly isMember: boolean;
  readonly validUntil: number;
}

/** One profile, prepared to be asked about several segments and instants. */
export interface Evaluator {
  /** Whether it is in a segment at `now` (epoch ms). Events after `now` do not count. */
  answer(id: string, now: number): Answer;
  /**
   * The earliest instant, later than `now`, at which one of the segments could have another answer by the passage of
   * time alone, or Infinity. It may name an instant at which nothing changes.
   * @param until later changes are of no interest
   */
  nextChange(ids: Iterable<string>, now: number, until?: number): number;
  /** What time alone has made of the answer from `from` to `to`. */
  transitions(id: string, from: number, to: number): Transitions;
}

export interface Transitions {
  readonly wasMember: boolean;
  readonly isMember: boolean;
  /** The instant of the last change, at which the answer became what it is at the end; undefined if there was none. */
  readonly changedAt: number | undefined;
}

/** Candidates for the next change that are tried before one is given unconfirmed. */
const CONFIRMATIONS = 16;
/** Changes between two looks that are followed; what changes more often is dated at the later look. */
const MAX_CHANGES = 10_000;
/** An answer that may change with every millisecond is asked so often, and not followed any further. */
const MAX_MILLISECONDS = 50;

/** @param segments in the order of `indexOf` */
export function createEvaluator(
  profile: ProfileView,
  segments: readonly CompiledSegment[],
  indexOf: ReadonlyMap<string, number>,
  lookups: LookupRecords,
): Evaluator {
  const history = historyOf(profile.xEvent, []);
  let latest: Evaluation | undefined;
  const answer = (id: string, now: number): Answer => {
    if (latest?.now !== now) latest = evaluationAt({ profile, history, lookups, now }, segments, indexOf);
    return latest.answer(indexOf.get(id)!);
  };

  /** The first later instant at which the answer is another one, as far as candidates are tried. */
  const changeOf = (id: string, { isMember, validUntil }: Answer, until: number): number => {
    let candidate = validUntil;
    for (let tries = 0; tries < CONFIRMATIONS && candidate < until; tries += 1) {
      const then = answer(id, candidate);
      if (then.isMember !== isMember) break;
      candidate = then.validUntil;
    }
    return candidate;
  };

  return {
    answer,
    nextChange(ids, now, until = Number.POSITIVE_INFINITY) {
      const timed: { readonly id: string; readonly present: Answer }[] = [];
      for (const id of ids) {
        const present = answer(id, now);
        if (present.validUntil < until) timed.push({ id, present });
      }
      timed.sort((a, b) => a.present.validUntil - b.present.validUntil);
      let earliest = Number.POSITIVE_INFINITY;
      for (const { id, present } of timed) {
        if (present.validUntil >= earliest) break;
        earliest = Math.min(earliest, changeOf(id, present, Math.min(earliest, until)));
      }
      return earliest < until ? earliest : Number.POSITIVE_INFINITY;
    },
    transitions(id, from, to) {
      const first = answer(id, from);
      let [at, { isMember, validUntil }] = [from, first];
      let changedAt: number | undefined;
      for (let changes = 0, inARow = 0; validUntil <= to; changes += 1) {
        inARow = validUntil === at + 1 ? inARow + 1 : 0;
        at = changes < MAX_CHANGES && inARow < MAX_MILLISECONDS ? validUntil : to;
        const then = answer(id, at);
        if (then.isMember !== isMember) changedAt = at;
        ({ isMember, validUntil } = then);
      }
      return { wasMember: first.isMember, isMember, changedAt };
    },
  };
}

interface Evaluation {
  readonly now: number;
  answer(index: number): Answer;
}

/** Answers at one instant, each worked out once. */
function evaluationAt(
  given: Pick<Context, 'profile' | 'history' | 'lookups' | 'now'>,
  segments: readonly CompiledSegment[],
  indexOf: ReadonlyMap<string, number>,
): Evaluation {
  const answers: (Answer | undefined)[] = new Array(segments.length);
  const context: Context = {
    ...given,
    slots: [],
    validUntil: Number.POSITIVE_INFINITY,
    shared: [],
    isMember(id) {
      const { isMember, validUntil } = answer(indexOf.get(id)!);
      if (validUntil < context.validUntil) context.validUntil = validUntil;
      return isMember;
    },
  };
  const answer = (index: number): Answer => {
    const known = answers[index];
    if (known !== undefined) return known;
    const outside = context.validUntil;
    context.validUntil = Number.POSITIVE_INFINITY;
    const isMember = segments[index]!.test(context);
    const found: Answer = { isMember, validUntil: context.validUntil };
    context.validUntil = outside;
    answers[index] = found;
    return found;
  };
  return { now: given.now, answer };
}
