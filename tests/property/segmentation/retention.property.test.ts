import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
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
function pruned(set: SegmentSet, blocks: readonly (readonly EventView[])[], times: readonly number[]): EventView[][] {
  return Array.from({ length: IDENTITIES }, (_, identity) => {
    let kept: readonly EventView[] = [];
    for (const [index, block] of blocks.entries()) {
      const own = block.filter(({ id }) => Number(id.slice(1)) % IDENTITIES === identity);
      kept = set.retain([...kept, ...own], times[index]);
    }
    return [...kept];
  });
}

describe('leaving out events that have no influence any more', () => {
  it('changes no answer from then on, whatever came later and whichever identities are joined', { timeout }, () => {
    const cuts = fc.array(fc.nat({ max: 12 }), { minLength: 2, maxLength: 2 });
    const waits = fc.array(fc.constantFrom(0, 0, 1, HOUR, DAY, 31 * DAY), { minLength: 3, maxLength: 3 });
    const evaluators = fc.array(fc.constantFrom(0, 1, HOUR, 3 * HOUR + 1, DAY, DAY + 1, 7 * DAY, 30 * DAY), {
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
        evaluators,
        fc.subarray([0, 1, 2], { minLength: 1 }),
        (texts, events, attributes, [a, b], lengths, later, joined) => {
          const set = segments(texts);
          const [first, second] = [Math.min(a!, b!), Math.max(a!, b!)];
          const blocks = [events.slice(0, first), events.slice(first, second), events.slice(second)];
          let time = NOW - 2 * DAY;
          const times = lengths.map((length) => (time += length));
          const all = events.filter(({ id }) => joined.includes(Number(id.slice(1)) % IDENTITIES));
          const kept = pruned(set, blocks, times)
            .filter((_, identity) => joined.includes(identity))
            .flat();
          const view = (xEvent: readonly EventView[]): ProfileView => ({ ...attributes, xEvent });
          for (const away of later) {
            const at = time + away;
            expect({ at, is: set.evaluate(view(kept), at) }).toEqual({ at, is: set.evaluate(view(all), at) });
          }
        },
      ),
      runs(1, 300),
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

  it('changes no count in a window at any time, however many events there are', { timeout }, () => {
    const times = fc.array(fc.oneof(fc.integer({ min: -14, max: 2 }), fc.integer({ min: -40, max: 10 })), {
      minLength: 2,
      maxLength: 24,
    });
    const length = fc.constantFrom(1, 3, 10, 24);
    fc.assert(
      fc.property(
        times,
        length,
        fc.constantFrom('<', '<='),
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined }),
        (hours, span, sign, least, since) => {
          const events = hours.map((hour, index) => ({ id: `e${index}`, time: NOW + hour * HOUR, entity: {} }));
          const set = segments({
            one: `xEvent[timestamp occurs ${sign} ${span} hours before now].count() >= ${least}`,
          });
          const from = since === undefined ? undefined : NOW + since * HOUR;
          const [half, rest] = [
            events.filter((_, index) => index % 2 === 0),
            events.filter((_, index) => index % 2 > 0),
          ];
          const kept = [...set.retain(half, from), ...set.retain(rest, from)];
          for (let hour = since ?? -40; hour < 36; hour += 1) {
            for (const at of [-1, 0, 1].map((more) => NOW + hour * HOUR + more).filter((one) => one >= (from ?? one))) {
              expect([at, ...set.evaluate({ xEvent: kept }, at)]).toEqual([
                at,
                ...set.evaluate({ xEvent: events }, at),
              ]);
            }
          }
        },
      ),
      runs(0.4, 150),
    );
  });

  it('keeps the same events in whatever order and pieces they come', { timeout }, () => {
    const blocks = history(12).chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }), fc.nat({ max: 12 })),
    );
    fc.assert(
      fc.property(definitions, blocks, (texts, [events, shuffled, cut]) => {
        const set = segments(texts);
        const ids = (kept: readonly EventView[]): string[] => kept.map(({ id }) => id).sort();
        const first = set.retain(inOrder(shuffled.slice(0, cut)));
        const piecemeal = set.retain(inOrder([...first, ...shuffled.slice(cut)]));
        expect(ids(piecemeal)).toEqual(ids(set.retain(inOrder(events))));
      }),
      runs(0.1, 300),
    );
  });
});

const inOrder = (events: readonly EventView[]): EventView[] =>
  [...events].sort((x, y) => x.time - y.time || (x.id < y.id ? -1 : 1));
