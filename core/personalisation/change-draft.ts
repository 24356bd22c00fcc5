import type { IdentityKey } from '#core/record/identity.ts';
import type { ActivitySet, CompiledActivity } from './compile.ts';
import { unitOf } from './decide.ts';
import type { Interactions } from './interactions.ts';
import type { ExperienceKey } from './items.ts';
import type { Count, CountChange, Counted, Exposure, Exposures } from './ports/activity-counts.ts';
import type { VisitorIds } from './visitor-ids.ts';

/** What of a record counts. */
export interface CountableRecord {
  /** The same for the same record, whenever it comes. */
  readonly mark: string;
  /** Epoch ms. */
  readonly time: number;
  readonly ids: VisitorIds;
  /** All that it names: a success may be known by one of them only. */
  readonly identities: readonly IdentityKey[];
  readonly interactions: Interactions | undefined;
  /** Those of which it is a success. */
  readonly successOf: readonly CompiledActivity[];
}

/** Gathers what some records change, one after the other: what an earlier one has shown, a later one finds. */
export class ChangeDraft {
  readonly #before: ReadonlyMap<IdentityKey, Exposures>;
  readonly #activities: ActivitySet;
  readonly #marks = new Set<string>();
  readonly #after = new Map<IdentityKey, Map<string, Exposure>>();
  readonly #counts = new Map<string, Count>();

  constructor(before: ReadonlyMap<IdentityKey, Exposures>, activities: ActivitySet) {
    this.#before = before;
    this.#activities = activities;
  }

  add(record: CountableRecord): void {
    const { mark, interactions, successOf } = record;
    if (interactions && !this.#marks.has(mark)) {
      this.#marks.add(mark);
      for (const key of interactions.displayed) this.#display(key, record);
      for (const key of interactions.clicked) this.#count(key, 'clicks');
    }
    for (const { id } of successOf) this.#succeed(id, record);
  }

  get isEmpty(): boolean {
    return this.#marks.size + this.#after.size + this.#counts.size === 0;
  }

  /** How many items are written. */
  get operations(): number {
    const activities = new Set([...this.#counts.values()].map(({ activity }) => activity));
    return this.#marks.size + this.#after.size + activities.size;
  }

  get change(): CountChange {
    const exposures = [...this.#after].flatMap(([identity, own]) =>
      [...own].map(([activity, after]) => ({
        identity,
        activity,
        before: this.#before.get(identity)?.get(activity),
        after,
      })),
    );
    return { marks: [...this.#marks], exposures, counts: [...this.#counts.values()] };
  }

  #display(key: ExperienceKey, { ids, identities, time }: CountableRecord): void {
    this.#count(key, 'displays');
    const { activity, experience } = key;
    const unit = unitOf(this.#activities.byId.get(activity)!, ids) ?? identities[0]!;
    const known = this.#exposure(unit, activity);
    if (known?.experience === experience) {
      // An earlier display that came later: a success between the two is one.
      if (time < known.at) this.#put(unit, activity, { ...known, at: time });
      return;
    }
    if (known && known.at > time) return;
    this.#count(key, 'visitors');
    this.#put(unit, activity, { experience, at: time, converted: known?.converted ?? false });
  }

  /** The display that was last before the success, on whichever of its identities it was noted, stands for all. */
  #succeed(activity: string, { identities, time }: CountableRecord): void {
    const seen = identities.flatMap((identity) => {
      const exposure = this.#exposure(identity, activity);
      return exposure ? [{ identity, exposure }] : [];
    });
    if (seen.some(({ exposure }) => exposure.converted)) return;
    const before = seen.filter(({ exposure }) => exposure.at <= time);
    if (before.length === 0) return;
    const { exposure } = before.reduce((last, one) => (one.exposure.at > last.exposure.at ? one : last));
    this.#count({ activity, experience: exposure.experience }, 'conversions');
    for (const one of before) this.#put(one.identity, activity, { ...one.exposure, converted: true });
  }

  #exposure(identity: IdentityKey, activity: string): Exposure | undefined {
    return this.#after.get(identity)?.get(activity) ?? this.#before.get(identity)?.get(activity);
  }

  #put(identity: IdentityKey, activity: string, exposure: Exposure): void {
    const own = this.#after.get(identity) ?? new Map<string, Exposure>();
    this.#after.set(identity, own.set(activity, exposure));
  }

  #count({ activity, experience }: ExperienceKey, counted: Counted): void {
    const key = `${activity}/${experience}/${counted}`;
    this.#counts.set(key, { activity, experience, counted, by: (this.#counts.get(key)?.by ?? 0) + 1 });
  }
}
