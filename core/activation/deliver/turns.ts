import type { Clock } from '#core/ports/clock.ts';
import type { Failure, ItemResult } from '../destination-type.ts';
import { askedToWait, type HttpOutcome } from '../error-class.ts';
import { failed } from '../item-results.ts';
import type { RateLimit } from '../ports/rate-limit.ts';

/** So long the next turn of a sending is waited for that has begun, in ms: ten requests a minute are fast enough. */
const BEGUN_PATIENCE_MS = 6_000;

/** Why nobody was asked: it was not their turn. */
export const HELD_BACK = 'held-back';

export interface TurnOptions {
  readonly isBack: boolean;
  readonly patience: { leftMs: number };
  readonly hasTime?: () => boolean;
}

/** The turns of one sending: one for each request. */
export interface Turns {
  /** Takes a turn. @returns why there is none, or undefined: the request may be made */
  next(): Promise<Failure | undefined>;
  /** The turn that was taken last was not used, and serves the next one. */
  giveBack(): void;
  /** Notes what an outcome, read as these results, says about when to come again. */
  note(outcome: HttpOutcome, results: readonly ItemResult[]): void;
  /** Results of which those that wait say until when; the destination is left alone so long by all functions. */
  heeded(results: readonly ItemResult[]): Promise<readonly ItemResult[]>;
}

/** What keeps the requests of all functions within what a destination takes. */
export function turnsOf(
  destinationId: string,
  perSecond: number | undefined,
  { isBack, patience, hasTime = () => true }: TurnOptions,
  deps: {
    readonly rateLimit: RateLimit;
    readonly now: Clock;
    readonly logFailure: (error: unknown, fields: { readonly destinationId: string }) => void;
  },
): Turns {
  let isUnused = false;
  /** In ms, by the answers that asked for time. */
  let askedMs: number | undefined;
  let held: Failure | undefined;

  /** Whether a request was made: what was handed in with it would be handed in again if the rest had to wait elsewhere. */
  let hasBegun = false;

  const acquire = async (): Promise<Failure | undefined> => {
    const before = deps.now();
    const turn = hasBegun ? { isBack: true, patienceMs: BEGUN_PATIENCE_MS } : { isBack, patienceMs: patience.leftMs };
    const until = await deps.rateLimit.acquire(destinationId, perSecond, turn);
    if (!hasBegun) patience.leftMs = Math.max(0, patience.leftMs - (deps.now() - before));
    hasBegun = until === undefined;
    return until === undefined ? undefined : { ...failed('wait', HELD_BACK), until };
  };

  return {
    next: async () => {
      if (isUnused) {
        isUnused = false;
        hasBegun = true;
        return undefined;
      }
      // Whoever is asked for time, or has none, asks for nothing more.
      if (askedMs !== undefined) return failed('wait', HELD_BACK, { waitMs: askedMs });
      if (!hasTime()) return { ...failed('wait', HELD_BACK), until: deps.now() };
      held ??= await acquire();
      return held;
    },
    giveBack: () => {
      isUnused = true;
      hasBegun = false;
    },
    note: (outcome, results) => {
      for (const { waitMs = askedToWait(outcome) } of results.filter(isWaiting)) {
        askedMs = Math.max(askedMs ?? 0, waitMs);
      }
    },
    heeded: async (results) => {
      const open = results.filter(isWaiting);
      if (open.length === 0) return results;
      const waitMs = Math.max(...open.map((failure) => failure.waitMs ?? askedMs ?? askedToWait({ kind: 'timeout' })));
      // What became of the others stands, also where nobody else can be told.
      const until = await deps.rateLimit.backOff(destinationId, waitMs).catch((error: unknown) => {
        deps.logFailure(error, { destinationId });
        return deps.now() + waitMs;
      });
      return results.map((result) => (isWaiting(result) ? { ...result, until } : result));
    },
  };
}

const isWaiting = (result: ItemResult): result is Failure =>
  !result.delivered && result.errorClass === 'wait' && result.until === undefined;
