import type { ProfileView } from '#core/profile/profile-view.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';

/** A segment as a function, for tests that are not about PQL. */
export type Rule = (profile: ProfileView, now: number) => boolean;

/** A segment set of plain functions that only data can change. */
export function segmentSet(rules: Readonly<Record<string, Rule>>): SegmentSet {
  const ids = Object.keys(rules);
  return {
    ids,
    streamed: ids,
    plans: new Map(ids.map((id) => [id, { method: 'streaming', reasons: [], latency: '', state: {} } as never])),
    fingerprint: 'test',
    attributePaths: [],
    attributeKeys: [],
    lookups: [],
    projectLookup: () => ({}),
    projectEvent: (entity) => ({ ...entity }),
    retain: (events) => events,
    affectedBy: () => new Set(ids),
    evaluator: (profile) => ({
      answer: (id, now) => ({ isMember: rules[id]!(profile, now), validUntil: Number.POSITIVE_INFINITY }),
      nextChange: () => Number.POSITIVE_INFINITY,
      transitions: (id, from, to) => ({
        wasMember: rules[id]!(profile, from),
        isMember: rules[id]!(profile, to),
        changedAt: undefined,
      }),
    }),
    evaluate: (profile, now) => new Map(ids.map((id) => [id, rules[id]!(profile, now)])),
    nextChange: () => undefined,
  };
}
