import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventView, ProfileView } from '#core/segmentation/profile-view.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { DAY, HOUR, NOW, segments } from '#tests/unit/segmentation/factories.ts';
import { history } from './generators.ts';
import { definitions } from './wide-rules.ts';

const IDENTITIES = 3;
const person = fc.record({
  tier: fc.constantFrom('gold', 'none'),
  renewal: fc.constantFrom(NOW - DAY, NOW + HOUR).map((at) => new Date(at).toISOString()),
});

/** The events of each identity, given piece by piece; what is left out is left out again before the next piece. */
function pruned(set: SegmentSet, pieces: readonly (readonly EventView[])[], times: readonly number[]): EventView[][] {
  return Array.from({ length: IDENTITIES }, (_, identity) => {
    let kept: readonly EventView[] = [];
    for (const [index, piece] of pieces.entries()) {
      const own = piece.filter(({ id }) => Number(id.slice(1)) % IDENTITIES === identity);
      kept = set.retain([...kept, ...own], times[index]);
    }
    return [...kept];
  });
}

describe('leaving out events that have no influence any more', () => {
  it('changes no answer from then on, whatever came later and whichever identities are joined', { timeout }, () => {
    const cuts = fc.array(fc.nat({ max: 12 }), { minLength: 2, maxLength: 2 });
    const waits = fc.array(fc.constantFrom(0, 0, 1, HOUR, DAY, 31 * DAY), { minLength: 3, maxLength: 3 });
    const looks = fc.array(fc.constantFrom(0, 1, HOUR, 3 * HOUR + 1, DAY, DAY + 1, 7 * DAY, 30 * DAY), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        definitions,
        history(12),
        person,
        cuts,
        waits,
        looks,
        fc.subarray([0, 1, 2], { minLength: 1 }),
        (texts, events, attributes, [a, b], lengths, later, joined) => {
          const set = segments(texts);
          const [first, second] = [Math.min(a!, b!), Math.max(a!, b!)];
          const pieces = [events.slice(0, first), events.slice(first, second), events.slice(second)];
          let time = NOW - 2 * DAY;
          const times = lengths.map((length) => (time += length));
          const all = events.filter(({ id }) => joined.includes(Number(id.slice(1)) % IDENTITIES));
          const kept = pruned(set, pieces, times)
            .filter((_, identity) => joined.includes(identity))
            .flat();
          const view = (xEvent: readonly EventView[]): ProfileView => ({ ...attributes, xEvent });
          for (const away of later) {
            const at = time + away;
            expect({ at, is: set.evaluate(view(kept), at) }).toEqual({ at, is: set.evaluate(view(all), at) });
          }
        },
      ),
      runs(1, 1_000),
    );
  });

  it('at no particular time changes no answer at any time', { timeout }, () => {
    fc.assert(
      fc.property(definitions, history(10), person, fc.integer({ min: -20, max: 20 }), (texts, events, who, steps) => {
        const set = segments(texts);
        const at = NOW + steps * 3 * HOUR;
        const kept = set.retain(events);
        expect(set.evaluate({ ...who, xEvent: kept }, at)).toEqual(set.evaluate({ ...who, xEvent: events }, at));
      }),
      runs(0.2, 300),
    );
  });
});
