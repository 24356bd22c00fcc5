import type {
  ActivityCounts,
  CountChange,
  Counted,
  ExperienceCounts,
  Exposure,
  Exposures,
} from '#core/personalisation/ports/activity-counts.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** The counters of activities, and what was seen of them, in memory. */
export class MemoryActivityCounts implements ActivityCounts {
  readonly #marks = new Set<string>();
  readonly #exposures = new Map<IdentityKey, Map<string, Exposure>>();
  readonly #counts = new Map<string, Map<string, Record<Counted, number>>>();

  /** What devices and persons have seen. */
  *entries(): Iterable<readonly [IdentityKey, readonly (readonly [string, Exposure])[]]> {
    for (const [identity, own] of this.#exposures) yield [identity, [...own]];
  }

  async exposures(identities: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, Exposures>> {
    return new Map(
      identities.flatMap((identity) => {
        const own = this.#exposures.get(identity);
        return own ? [[identity, new Map(own)] as const] : [];
      }),
    );
  }

  async commit({ marks, exposures, counts }: CountChange): Promise<'done' | 'known'> {
    if (marks.some((mark) => this.#marks.has(mark))) return 'known';
    for (const { identity, activity, before } of exposures) {
      const found = this.#exposures.get(identity)?.get(activity);
      if (JSON.stringify(found) !== JSON.stringify(before)) throw new ConflictError('what was counted of activities');
    }
    for (const mark of marks) this.#marks.add(mark);
    for (const { identity, activity, after } of exposures) {
      const own = this.#exposures.get(identity) ?? new Map<string, Exposure>();
      const { experience, at, converted } = after;
      this.#exposures.set(identity, own.set(activity, { experience, at, converted }));
    }
    for (const { activity, experience, counted, by } of counts) {
      const own = this.#counts.get(activity) ?? new Map<string, Record<Counted, number>>();
      const found = own.get(experience) ?? { displays: 0, visitors: 0, clicks: 0, conversions: 0 };
      this.#counts.set(activity, own.set(experience, { ...found, [counted]: found[counted] + by }));
    }
    return 'done';
  }

  async totals(activities: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, ExperienceCounts>>> {
    return new Map(activities.map((id) => [id, new Map(this.#counts.get(id))]));
  }

  async erase(identities: readonly IdentityKey[]): Promise<void> {
    for (const identity of identities) this.#exposures.delete(identity);
  }
}
