import type { ExitGuard } from '#core/activation/exit-guard.ts';
import type { AudienceChanges } from '#core/activation/guard.ts';
import { logFailure } from './log.ts';

/** By how much audiences of destinations have grown or shrunk in one invocation: written once, at its end. */
export class AudienceTally {
  readonly #changes = new Map<string, Record<string, number>>();

  add(destinationId: string, changes: AudienceChanges): void {
    const known = this.#changes.get(destinationId) ?? {};
    for (const [segmentId, by] of Object.entries(changes)) known[segmentId] = (known[segmentId] ?? 0) + by;
    this.#changes.set(destinationId, known);
  }

  /** Never fails: what was routed is not routed again because it could not be counted. @param shard another each time */
  async flush(guard: ExitGuard, shard: number): Promise<void> {
    for (const [destinationId, changes] of this.#changes) {
      try {
        await guard.count(destinationId, changes, shard);
      } catch (error) {
        logFailure(error, { destinationId, lost: 'the size of its audiences' });
      }
    }
    this.#changes.clear();
  }
}
