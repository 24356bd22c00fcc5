import type { AttemptCounts } from '#core/activation/ports/delivery-lane.ts';

/** Attempts in memory. */
export class MemoryAttemptCounts implements AttemptCounts {
  readonly #tried = new Map<string, number>();

  async get(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(ids.flatMap((id) => ((this.#tried.get(id) ?? 0) > 0 ? [[id, this.#tried.get(id)!] as const] : [])));
  }

  async add(ids: readonly string[], by: 1 | -1): Promise<void> {
    for (const id of ids) this.#tried.set(id, (this.#tried.get(id) ?? 0) + by);
  }
}
