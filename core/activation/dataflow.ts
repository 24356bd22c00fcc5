import { HOUR_MS } from '#core/util/durations.ts';

/** What flowed to a destination: people, or rows of a file (aep.md §6.6). */
export interface DataflowCounts {
  /** Handed over by the router; those who were left out then are among them. */
  readonly received: number;
  /** Taken by the destination, or written into a file. */
  readonly activated: number;
  /** Rejected by the destination for good. */
  readonly failed: number;
  /** Attempts that failed and are made again. */
  readonly retried: number;
  /** Left out, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

/** One hour of it. */
export interface DataflowRun extends DataflowCounts {
  /** Epoch ms of its beginning. */
  readonly hour: number;
}

export const NO_DATAFLOW: DataflowCounts = { received: 0, activated: 0, failed: 0, retried: 0, excluded: {} };

/** The beginning of the hour (UTC) that an instant lies in; both in epoch ms. */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

/** The beginnings of the hours from one instant to another. */
export const hoursBetween = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, (hourOf(to) - hourOf(from)) / HOUR_MS + 1) }, (_, i) => hourOf(from) + i * HOUR_MS);

/** Two counts together. */
export function addDataflow(a: DataflowCounts, b: Partial<DataflowCounts>): DataflowCounts {
  const excluded: Record<string, number> = { ...a.excluded };
  for (const [reason, count] of Object.entries(b.excluded ?? {})) excluded[reason] = (excluded[reason] ?? 0) + count;
  return {
    received: a.received + (b.received ?? 0),
    activated: a.activated + (b.activated ?? 0),
    failed: a.failed + (b.failed ?? 0),
    retried: a.retried + (b.retried ?? 0),
    excluded,
  };
}

/** Of all whose fate is known, how many were activated: 0 to 1; undefined where nobody's is. */
export function activationRate({ activated, failed, excluded }: DataflowCounts): number | undefined {
  const all = activated + failed + Object.values(excluded).reduce((sum, count) => sum + count, 0);
  return all === 0 ? undefined : activated / all;
}

/** A run is completed when its hour is over (aep.md §6.6). @param now epoch ms */
export const runState = ({ hour }: DataflowRun, now: number): 'processing' | 'completed' =>
  now < hour + HOUR_MS ? 'processing' : 'completed';
