import type { GuardSettings } from '#core/activation/guard-settings.ts';
import { table, tally } from './table.ts';

/** What a destination knows, and what keeps it from more. */
export interface DestinationStatus {
  readonly destination: string;
  readonly guard: 'off' | GuardSettings;
  readonly pausedSince?: string;
  readonly held?: {
    readonly since: string;
    readonly segmentId: string;
    readonly size: number;
    readonly left: number;
    readonly most: number;
  };
  /** While it is being released. */
  readonly openUntil?: string;
  readonly audiences: readonly {
    readonly segmentId: string;
    readonly size: number;
    readonly leftToday: number;
    /** How many may leave within a day; null where there is no guard. */
    readonly most: number | null;
    /** Identities whose entry or exit waits for the release. */
    readonly enters: number;
    readonly leaves: number;
  }[];
  readonly waiting: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
}

const count = (n: number): string => n.toLocaleString('en-US');

export function printStatus(shown: DestinationStatus): string {
  const { destination, guard, pausedSince, held, openUntil, audiences, waiting, deadLetters } = shown;
  const rows = audiences.map((one) => [
    one.segmentId,
    count(one.size),
    count(one.leftToday),
    one.most === null ? '' : count(one.most),
    count(one.leaves),
    count(one.enters),
  ]);
  const limit =
    guard === 'off'
      ? 'off'
      : `${guard.percent} % of an audience, at least ${count(guard.profiles)} profiles, within a day`;
  return [
    `Destination ${destination}${pausedSince === undefined ? '' : `, paused since ${pausedSince}`}`,
    `Guard: ${limit}`,
    ...(held
      ? [
          `Held since ${held.since}: ${count(held.left)} of ${count(held.size)} profiles have left "${held.segmentId}", ` +
            `of which ${count(held.most)} may. Deletions and opt-outs are permitted.`,
          `  list them: tributary destination status ${destination} --profiles; release: tributary destination release ${destination}`,
        ]
      : []),
    ...(openUntil === undefined ? [] : [`Being released: everything is permitted until ${openUntil} at the latest`]),
    table(['audience', 'profiles', 'left today', 'may leave', 'held exits', 'held entries'], rows),
    `Waiting: ${tally(waiting) || 'none'}. Dead letters: ${tally(deadLetters) || 'none'}.`,
    '',
  ].join('\n');
}
