import type {
  SuppressionChange,
  SuppressionEntry,
  SuppressionList,
  Suppressions,
} from '#core/governance/suppression.ts';

/** Suppression entries in memory. A list that was read stays as it was. */
export class MemorySuppressions implements Suppressions {
  #entries: ReadonlyMap<string, SuppressionEntry> = new Map();

  async read(): Promise<SuppressionList> {
    const entries = this.#entries;
    return { size: entries.size, find: (digest) => entries.get(digest) };
  }

  async change(changes: ReadonlyMap<string, SuppressionChange>): Promise<void> {
    const changed = [...changes].flatMap(([digest, change]) => {
      const after = change(this.#entries.get(digest));
      return after ? [[digest, after] as const] : [];
    });
    this.#entries = new Map([...this.#entries, ...changed]);
  }
}
