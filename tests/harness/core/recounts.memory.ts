import { addCounters, type Counters } from '#core/counts/counters.ts';
import type { CounterReading } from '#core/counts/ports/count-store.ts';
import type { FinishedRecount, Recounts } from '#core/counts/ports/recounts.ts';

/** What recounts have found, in memory. */
export class MemoryRecounts implements Recounts {
  readonly #before = new Map<string, CounterReading>();
  /** Job → part and revision → what was found. */
  readonly #found = new Map<string, Map<string, Counters>>();

  #waiting: FinishedRecount | undefined;

  async begin(jobId: string, reading: CounterReading): Promise<void> {
    if (!this.#before.has(jobId)) this.#before.set(jobId, reading);
  }

  async found(
    jobId: string,
    { partition, revision }: { readonly partition: number; readonly revision: number },
    found: Counters,
  ): Promise<void> {
    this.#found.set(jobId, (this.#found.get(jobId) ?? new Map()).set(`${partition} ${revision}`, found));
  }

  async finish(recount: FinishedRecount): Promise<void> {
    this.#waiting = recount;
  }

  async waiting(): Promise<FinishedRecount | undefined> {
    return this.#waiting;
  }

  async compared(): Promise<void> {
    this.#waiting = undefined;
  }

  async read(jobId: string) {
    const before = this.#before.get(jobId);
    return before && { before, found: addCounters(...(this.#found.get(jobId)?.values() ?? [])) };
  }
}
