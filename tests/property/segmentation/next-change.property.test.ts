import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileView } from '#core/profile/profile-view.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { DAY, HOUR, NOW, segments } from '#tests/unit/segmentation/factories.ts';
import { chain, profileView, rule } from './generators.ts';
import { definitions } from './wide-rules.ts';

const LENGTHS = [0, 3 * HOUR, DAY, 2 * DAY, 7 * DAY, 28 * DAY, 30 * DAY, 31 * DAY, 62 * DAY, 365 * DAY];

/** Instants at which anything in these histories and rules could change: each event or date at each distance, and days. */
function candidates({ xEvent, ...attributes }: ProfileView, now: number): number[] {
  const renewal = typeof attributes.renewal === 'string' ? [Date.parse(attributes.renewal)] : [];
  const anchors = [...xEvent.map(({ time }) => time), ...renewal];
  const days = [0, 1, 2, 13, 14, 15, 31, 45].map((day) => Math.floor(now / DAY) * DAY + day * DAY);
  const around = [...anchors.flatMap((at) => LENGTHS.flatMap((length) => [at + length, at - length])), ...days];
  const hours = [1, 2].map((hour) => Math.floor(now / HOUR) * HOUR + hour * HOUR);
  return [...around, ...hours].flatMap((at) => [at - 1, at, at + 1]).filter((at) => at > now);
}

/** Follows the answers of `nextChange` and checks that nothing changes before any of them. */
function expectNothingMissed(set: SegmentSet, profile: ProfileView, seed: readonly number[]): void {
  let now = NOW;
  for (let steps = 0; steps < 4; steps += 1) {
    const next = set.nextChange(profile, now);
    if (next !== undefined) expect(next).toBeGreaterThan(now);
    const before = set.evaluate(profile, now);
    const end = next ?? now + 4000 * DAY;
    const inside = [...candidates(profile, now), ...seed.map((part) => Math.floor(now + (end - now) * part)), end - 1];
    for (const at of new Set(inside)) {
      if (at > now && at < end) expect({ at, answers: set.evaluate(profile, at) }).toEqual({ at, answers: before });
    }
    if (next === undefined) return;
    now = next;
  }
}

const parts = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 3, maxLength: 3 });

describe('the next change by the passage of time alone', () => {
  it('never comes later than a change, for rules about events and attributes', { timeout }, () => {
    fc.assert(
      fc.property(rule, profileView(5), parts, (text, profile, seed) =>
        expectNothingMissed(segments({ rule: text }), profile, seed),
      ),
      runs(0.1, 150),
    );
  });

  it('never comes later than a change, for chains', { timeout }, () => {
    fc.assert(
      fc.property(chain, profileView(6), parts, (text, profile, seed) =>
        expectNothingMissed(segments({ chain: text }), profile, seed),
      ),
      runs(0.1, 150),
    );
  });

  it('of a set is never later than that of its parts, and segments of segments follow what they are built on', {
    timeout,
  }, () => {
    fc.assert(
      fc.property(rule, chain, profileView(5), parts, (one, two, profile, seed) => {
        const set = segments({ one, two, both: 'inSegment("one") and not inSegment("two")' });
        expectNothingMissed(set, profile, seed);
      }),
      runs(0.05, 100),
    );
  });

  it('never comes later than a change, for everything else in the language', { timeout }, () => {
    fc.assert(
      fc.property(definitions, profileView(5), parts, (texts, profile, seed) =>
        expectNothingMissed(segments(texts), profile, seed),
      ),
      runs(0.1, 150),
    );
  });
});
