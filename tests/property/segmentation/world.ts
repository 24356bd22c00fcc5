import fc from 'fast-check';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { emptyItem } from '#core/profile/profile-item.ts';
import type { EventView } from '#core/profile/profile-view.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { type EvaluateSettings, evaluateItem } from '#core/segmentation/evaluate-item.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { isUnchanged } from '#core/segmentation/membership-changes.ts';
import { givesSameAnswers, saysNothing } from '#core/segmentation/same-answers.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import { ecid } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { DAY, HOUR, NOW } from '#tests/unit/segmentation/factories.ts';
import { history } from './generators.ts';

/** A person whose events and attributes arrive in some order, and whose memberships are kept as they do. */

export type IngestionMetadata =
  | { readonly at: number; readonly event: EventView }
  | { readonly at: number; readonly attributes: Readonly<Record<string, unknown>> };

const PERSON = ecid(1);

const attributes = fc.record({
  tier: fc.constantFrom('gold', 'none'),
  renewal: fc.constantFrom(NOW - DAY, NOW + HOUR, NOW + 3 * DAY).map((at) => new Date(at).toISOString()),
});

/** Events come before, at or after their time, up to three days late; attributes change now and then. */
export const ingestionIds: fc.Arbitrary<IngestionMetadata[]> = fc
  .tuple(
    history(7),
    fc.array(fc.constantFrom(0, 0, 1, HOUR, DAY, 3 * DAY, -HOUR), { minLength: 7, maxLength: 7 }),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), attributes), { maxLength: 2 }),
  )
  .map(([events, lags, changes]) =>
    [
      ...events.map((event, index): IngestionMetadata => ({ at: event.time + lags[index]!, event })),
      ...changes.map(([days, values]): IngestionMetadata => ({ at: NOW - 5 * DAY + days * DAY, attributes: values })),
    ].sort((x, y) => x.at - y.at),
  );

export class World {
  readonly #rules: EvaluateSettings;
  item: ProfileItem = emptyItem(PERSON);
  kept: MembershipItem = noMemberships(PERSON);

  constructor(segments: SegmentSet) {
    this.#rules = { ...profileSettings, segments, mappedAttributes: () => null };
  }

  receive(metadata: IngestionMetadata): void {
    if ('event' in metadata) {
      const { event } = metadata;
      const entity = this.#rules.segments.projectEvent(event.entity);
      const events = [
        ...(this.item.events[PERSON] ?? []),
        ...(entity ? [{ ...event, datasetId: 'web-events', entity }] : []),
      ];
      this.item = { ...this.item, events: { [PERSON]: events } };
    } else {
      const fragment = { time: metadata.at, tieBreaker: '', attributes: metadata.attributes };
      this.item = { ...this.item, fragments: { [`customers|${PERSON}`]: fragment } };
    }
    this.item = { ...this.item, revision: this.item.revision + 1 };
  }

  /** As a change of the profile leads to: what cannot change anything is not evaluated. */
  receiveAndEvaluate(ingestionIds: readonly IngestionMetadata[], now: number): void {
    const before = this.item;
    for (const metadata of ingestionIds) this.receive(metadata);
    const isNothing =
      before.revision === 0
        ? saysNothing(this.item, this.#rules, now)
        : givesSameAnswers(before, this.item, this.#rules, now);
    if (!isNothing) this.evaluate(now);
  }

  /** As the sweep leads to. */
  evaluate(now: number): void {
    const after = evaluateItem(this.item, this.kept, this.#rules, now, 'changed');
    if (!isUnchanged(this.kept, after, now)) this.kept = after;
  }

  isDue = (now: number): boolean => (this.kept.dueAt ?? Number.POSITIVE_INFINITY) <= now;

  get memberships(): MembershipItem['profiles'][string]['segments'] {
    return this.kept.profiles[PERSON]?.segments ?? {};
  }

  /** Segments that are in, of those that do not wait for the batch job, as far as was kept. */
  get realized(): readonly string[] {
    return this.#streamed.filter((id) => this.memberships[id]?.status === 'realized');
  }

  /** The same by evaluating everything at one instant. */
  realizedFromScratch(now: number): readonly string[] {
    const [profile] = profilesOf(this.item, this.#rules);
    const answers = profile && this.#rules.segments.evaluate(profile.view, now);
    return this.#streamed.filter((id) => answers?.get(id));
  }

  get #streamed(): readonly string[] {
    const { ids, plans } = this.#rules.segments;
    return ids.filter((id) => plans.get(id)!.method !== 'batch');
  }
}
