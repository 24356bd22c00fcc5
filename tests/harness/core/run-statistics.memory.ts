import { addDataflow, type DataflowCounts, type DataflowRun, hourOf, NO_DATAFLOW } from '#core/activation/dataflow.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import { isGone, type TimeToLive } from '#lambdas/adapters/memory/time-to-live.ts';

/** As the table keeps them. */
const KEPT_MS = 90 * 86_400_000;

/** The books of dataflows in memory. */
export class MemoryRunStatistics implements RunStatistics {
  readonly #runs = new Map<string, DataflowRun[]>();
  readonly #paused = new Map<string, number>();
  readonly #ttl: TimeToLive | undefined;

  constructor(ttl?: TimeToLive) {
    this.#ttl = ttl;
  }

  async add(destinationId: string, at: number, counts: Partial<DataflowCounts>): Promise<void> {
    const hour = hourOf(at);
    const runs = this.#runs.get(destinationId) ?? [];
    const known = runs.find((run) => run.hour === hour);
    const others = runs.filter((run) => run !== known);
    const added = addDataflow(known ?? NO_DATAFLOW, counts);
    const isNothing = [added.received, added.activated, added.failed, added.retried].every((count) => count === 0);
    if (isNothing && Object.values(added.excluded).every((count) => count === 0)) return;
    this.#runs.set(destinationId, [...others, { hour, ...added }]);
  }

  async runs(destinationId: string, from: number, to: number): Promise<DataflowRun[]> {
    return (this.#runs.get(destinationId) ?? [])
      .filter(({ hour }) => !isGone(hour + KEPT_MS, this.#ttl) && hour >= hourOf(from) && hour <= hourOf(to))
      .sort((a, b) => a.hour - b.hour);
  }

  async pause(destinationId: string, since: number | undefined): Promise<void> {
    if (since === undefined) this.#paused.delete(destinationId);
    else this.#paused.set(destinationId, since);
  }

  async pausedSince(destinationId: string): Promise<number | undefined> {
    return this.#paused.get(destinationId);
  }
}
