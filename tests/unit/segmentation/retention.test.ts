import { describe, expect, it } from 'vitest';
import type { EventView } from '#core/profile/profile-view.ts';
import { DAY, event, NOW, segments } from './factories.ts';

/** One event of kind "a" each day, the newest now. */
const days = Array.from({ length: 100 }, (_, index) => event(NOW - (99 - index) * DAY, { kind: 'a', price: 1 }));
const daysBack = (kept: readonly EventView[]): number[] => kept.map(({ time }) => (NOW - time) / DAY);

const kept = (text: string, since: number | undefined = NOW): number[] =>
  daysBack(segments({ segment: text }).retain(days, since));

describe('the events that are kept', () => {
  it.each([
    ['one, for whether there ever was one', 'exists E from xEvent where E.kind = "a"', [99]],
    ['so many as are asked for', 'xEvent[kind = "a"].count() >= 3', [99, 98, 97]],
    ['one more, to know that there are no more', 'xEvent[kind = "a"].count() = 2', [99, 98, 97]],
    ['the newest, in a window', 'xEvent[kind = "a" and timestamp occurs <= 30 days before now].count() >= 2', [1, 0]],
    ['the oldest, of those long ago', 'exists E from xEvent where E.timestamp occurs > 30 days before now', [99]],
    ['all in a window that are added up', 'xEvent[timestamp occurs <= 3 days before now].sum(price) > 2', [3, 2, 1, 0]],
    [
      'the steps of a chain as far back as it reaches',
      'CHAIN(xEvent, timestamp, [A: WHAT(kind = "a") WHEN(<= 2 days before now), B: WHAT(price > 0) COUNT(0)])',
      [2, 1, 0],
    ],
    ['none that nobody asks for', 'exists E from xEvent where E.kind = "b"', []],
  ])('are %s', (_, text, expected) => {
    expect(kept(text)).toEqual(expected);
  });

  it('are all, where all of the past matters', () => {
    expect(kept('xEvent[kind = "a"].sum(price) > 5')).toHaveLength(100);
    expect(kept('CHAIN(xEvent, timestamp, [A: WHAT(kind = "a"), B: WHAT(price > 1)])')).toHaveLength(100);
  });

  it('are those of every segment', () => {
    const set = segments({
      ever: 'exists E from xEvent where E.kind = "a"',
      lately: 'exists E from xEvent where E.kind = "a" and E.timestamp occurs <= 9 days before now',
    });
    expect(daysBack(set.retain(days, NOW))).toEqual([99, 0]);
  });

  it('without a time are only fewer where no time matters', () => {
    const set = segments({ ever: 'xEvent[kind = "a"].count() >= 2' });
    expect(daysBack(set.retain(days))).toEqual([99, 98]);
    const windowed = segments({ lately: 'xEvent[kind = "a" and timestamp occurs <= 9 days before now].count() > 0' });
    // Of any nine days the first and the last: whenever one of the others is in the window, so is one of these.
    expect(windowed.retain(days).length).toBeLessThanOrEqual(2 * (100 / 9 + 2));
    const summed = segments({ lately: 'xEvent[kind = "a" and timestamp occurs <= 9 days before now].sum(price) > 0' });
    expect(summed.retain(days)).toBe(days);
  });
});
