import { replayCounters } from '#core/counts/contributions.ts';
import { addCounters, type Counters } from '#core/counts/counters.ts';
import { readOutcomes } from '#core/counts/outcomes.ts';
import type { CompleteSince, CountNote, CountStore, SeriesTotals } from '#core/counts/ports/count-store.ts';
import { SERIES } from '#core/counts/series.ts';
import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';

/** Counters in memory. */
export class MemoryCountStore implements CountStore {
  readonly #notes = new Map<string, readonly string[]>();
  readonly #changes = new Map<string, number>();
  #counters: Counters = {};
  #complete: CompleteSince = {};

  /** All that is counted. */
  get counters(): Counters {
    return this.#counters;
  }

  async commit({ marks }: CountNote, change: Counters): Promise<readonly string[] | undefined> {
    const known = this.#notes.get(marks[0]);
    if (known) return known;
    this.#notes.set(marks[0], marks);
    await this.adjust(change);
    return undefined;
  }

  async note({ marks }: CountNote): Promise<void> {
    if (!this.#notes.has(marks[0])) this.#notes.set(marks[0], marks);
  }

  async adjust(change: Counters): Promise<void> {
    this.#counters = addCounters(this.#counters, change);
    for (const [series, numbers] of Object.entries(change)) {
      const size = Object.values(numbers).reduce((sum, number) => sum + Math.abs(number), 0);
      this.#changes.set(series, (this.#changes.get(series) ?? 0) + size);
    }
  }

  async totals(series: readonly string[]): Promise<ReadonlyMap<string, SeriesTotals>> {
    return new Map(
      series.flatMap((id) => {
        const changes = this.#changes.get(id);
        return changes === undefined ? [] : [[id, { numbers: { ...this.#counters[id] }, changes }] as const];
      }),
    );
  }

  async completeSince(): Promise<CompleteSince> {
    return this.#complete;
  }

  async markComplete(since: CompleteSince): Promise<void> {
    this.#complete = { ...since, ...this.#complete };
  }

  /** What became of the records of each dataset that came by stream, with what replays of rejected ones have changed. */
  async *streams(): AsyncIterable<{ readonly datasetId: string; readonly counts: OutcomeCounts }> {
    const byDataset = new Map<string, OutcomeCounts>();
    for (const method of ['stream', 'replay'] as const) {
      const prefix = SERIES.records(method, '');
      for (const [series, numbers] of Object.entries(this.#counters)) {
        if (!series.startsWith(prefix)) continue;
        const datasetId = series.slice(prefix.length);
        byDataset.set(datasetId, addCounts(byDataset.get(datasetId) ?? NO_COUNTS, readOutcomes(numbers)));
      }
    }
    for (const [datasetId, counts] of byDataset) yield { datasetId, counts };
  }
}

/** How a replay of rejected records counts, into these counters. */
export const replayInto =
  (store: MemoryCountStore) =>
  (datasetId: string, counts: OutcomeCounts): Promise<void> =>
    store.adjust(replayCounters(datasetId, counts));
