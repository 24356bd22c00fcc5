import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { DAY, NOW, segments } from '#tests/unit/segmentation/factories.ts';
import { profileView } from './generators.ts';
import { definitions } from './wide-rules.ts';

/** The same profile with one event more or less, another event, or another attribute. */
const change = fc
  .tuple(profileView(6), profileView(2), fc.constantFrom('more', 'less', 'other', 'tier', 'renewal', 'same'), fc.nat())
  .map(([before, other, what, pick]): readonly [ProfileView, ProfileView] => {
    const { xEvent } = before;
    const at = pick % (xEvent.length + 1);
    const fresh = other.xEvent.map((event) => ({ ...event, id: `new ${event.id}` }));
    switch (what) {
      case 'more':
        return [before, { ...before, xEvent: [...xEvent.slice(0, at), ...fresh, ...xEvent.slice(at)] }];
      case 'less':
        return [before, { ...before, xEvent: xEvent.filter((_, index) => index !== at) }];
      case 'other':
        return [before, { ...before, xEvent: xEvent.map((event) => ({ ...event, entity: { kind: 'b', size: 2 } })) }];
      case 'same':
        return [before, structuredClone(before)];
      default:
        return [before, { ...before, [what]: other[what] }];
    }
  });

describe('segments that a change does not affect', () => {
  it('give the same answers as before, as long', { timeout }, () => {
    fc.assert(
      fc.property(definitions, change, fc.integer({ min: 0, max: 3 * DAY }), (texts, [before, after], away) => {
        const set = segments(texts);
        const affected = set.affectedBy(before, after);
        const [was, is] = [set.evaluator(before), set.evaluator(after)];
        for (const id of set.ids.filter((one) => !affected.has(one))) {
          expect(is.answer(id, NOW + away)).toEqual(was.answer(id, NOW + away));
        }
      }),
      runs(0.2, 1_000),
    );
  });

  it('are all of them where nothing changed', () => {
    fc.assert(
      fc.property(definitions, profileView(5), (texts, profile) => {
        expect(segments(texts).affectedBy(profile, structuredClone(profile))).toEqual(new Set());
      }),
      runs(0.5, 100),
    );
  });
});
