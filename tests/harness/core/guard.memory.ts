import type { ExitCount, GuardState, GuardStore, Held } from '#core/activation/ports/guard.ts';

/** The state of guards, and their counters, in memory. */
export class MemoryGuardStore implements GuardStore {
  readonly #states = new Map<string, GuardState>();
  readonly #audiences = new Map<string, number>();
  readonly #largest = new Map<string, number>();
  readonly #exits = new Map<string, Map<number, number>>();

  async states(destinationIds: readonly string[]): Promise<ReadonlyMap<string, GuardState>> {
    return new Map(
      destinationIds.flatMap((id) => (this.#states.has(id) ? [[id, this.#states.get(id)!] as const] : [])),
    );
  }

  async hold(destinationId: string, epoch: number, held: Held): Promise<void> {
    const state = this.#states.get(destinationId) ?? { epoch: 0 };
    if (state.epoch === epoch && !state.held) this.#states.set(destinationId, { ...state, held });
  }

  async open(destinationId: string, until: number): Promise<void> {
    const epoch = (this.#states.get(destinationId)?.epoch ?? 0) + 1;
    this.#states.set(destinationId, { epoch, openUntil: until });
  }

  async close(destinationId: string): Promise<void> {
    const { openUntil: _until, ...state } = this.#states.get(destinationId) ?? { epoch: 0 };
    this.#states.set(destinationId, state);
  }

  async audience(destinationId: string, segmentId: string): Promise<number> {
    return this.#audiences.get(`${destinationId} ${segmentId}`) ?? 0;
  }

  async addToAudience(destinationId: string, segmentId: string, _shard: number, by: number): Promise<void> {
    const name = `${destinationId} ${segmentId}`;
    this.#audiences.set(name, (this.#audiences.get(name) ?? 0) + by);
  }

  async setAudience(destinationId: string, segmentId: string, size: number): Promise<void> {
    this.#audiences.set(`${destinationId} ${segmentId}`, size);
  }

  async largest(count: ExitCount, size: number): Promise<number> {
    const largest = Math.max(size, this.#largest.get(nameOf(count)) ?? 0);
    this.#largest.set(nameOf(count), largest);
    return largest;
  }

  async exits(count: ExitCount): Promise<number> {
    return [...(this.#exits.get(nameOf(count))?.values() ?? [])].reduce((sum, one) => sum + one, 0);
  }

  async takeExit(count: ExitCount, shard: number, most: number): Promise<boolean> {
    const shards = this.#exits.get(nameOf(count)) ?? new Map<number, number>();
    this.#exits.set(nameOf(count), shards);
    const taken = shards.get(shard) ?? 0;
    if (taken >= most) return false;
    shards.set(shard, taken + 1);
    return true;
  }
}

const nameOf = ({ destinationId, epoch, segmentId, day }: ExitCount): string =>
  JSON.stringify([destinationId, epoch, segmentId, day]);
