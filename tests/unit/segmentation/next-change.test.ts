import { describe, expect, it } from 'vitest';
import { add, DAY, event, HOUR, NOW, profile, purchase, segments } from './factories.ts';

const next = (text: string, of = profile()): number | undefined => segments({ rule: text }).nextChange(of, NOW);
const exists = (when: string): string => `exists E from xEvent where E.timestamp occurs ${when}`;

describe('the next change', () => {
  it('comes in the millisecond after the last one inside a closed window, and in the one at the end of an open one', () => {
    const of = profile([event(NOW - 5 * HOUR)]);
    expect(next(exists('<= 24 hours before now'), of)).toBe(NOW + 19 * HOUR + 1);
    expect(next(exists('< 24 hours before now'), of)).toBe(NOW + 19 * HOUR);
    expect(next(exists('>= 24 hours before now'), of)).toBe(NOW + 19 * HOUR);
    expect(next(exists('> 24 hours before now'), of)).toBe(NOW + 19 * HOUR + 1);
  });

  it('is that of the newest event where one is enough, of the third newest where three are needed', () => {
    const of = profile([1, 2, 3, 4].map((hours) => event(NOW - hours * HOUR)));
    expect(next(exists('<= 1 day before now'), of)).toBe(NOW + 23 * HOUR + 1);
    expect(next('xEvent[timestamp occurs <= 1 day before now].count() >= 3', of)).toBe(NOW + 21 * HOUR + 1);
    expect(next('CHAIN(xEvent, timestamp, [A: WHEN(<= 1 day before now) COUNT(3)])', of)).toBe(NOW + 21 * HOUR + 1);
  });

  it('is when a sum falls below its limit, not when the first event leaves', () => {
    const of = profile([1, 2, 3].map((days) => event(NOW - days * DAY, { price: 100 })));
    expect(next('xEvent[timestamp occurs <= 10 days before now].sum(price) >= 200', of)).toBe(NOW + 8 * DAY + 1);
  });

  it('is when an event that is still to come happens', () => {
    expect(next('xEvent.count() > 0', profile([event(NOW + 5), event(NOW + 9)]))).toBe(NOW + 5);
    expect(next('exists E from xEvent where E.a = 1', profile([event(NOW + 5), event(NOW + 9, { a: 1 })]))).toBe(
      NOW + 9,
    );
  });

  it('is at the start of a day or a month where those count', () => {
    const of = profile([event(NOW - HOUR)]);
    expect(next(exists('today'), of)).toBe(Date.parse('2018-12-19T00:00:00Z'));
    expect(next(exists('this month'), of)).toBe(Date.parse('2019-01-01T00:00:00Z'));
    expect(next('currentMonth() = 12')).toBe(Date.parse('2019-01-01T00:00:00Z'));
    expect(next('currentDayOfMonth() = 20')).toBe(Date.parse('2018-12-20T00:00:00Z'));
  });

  it('follows months of different length', () => {
    const of = profile([event(Date.parse('2018-11-30T10:00:00Z'))]);
    expect(next(exists('<= 1 month before now'), of)).toBe(Date.parse('2018-12-30T10:00:00.001Z'));
  });

  it('comes from dates among the attributes', () => {
    const renewal = new Date(NOW + 10 * DAY).toISOString();
    expect(next('renewal occurs <= 7 days after now', profile([], { renewal }))).toBe(NOW + 3 * DAY);
    expect(next('renewal < now', profile([], { renewal }))).toBe(NOW + 10 * DAY + 1);
  });

  it('is that of a cart that is going to be abandoned only once the purchase can no longer come', () => {
    const rule =
      'CHAIN(xEvent, timestamp, [A: WHAT(commerce.productListAdds.value > 0), N: WHEN(>= 24 hours before now) COUNT(0)])';
    expect(next(rule, profile([add(NOW - HOUR), purchase(NOW - HOUR)]))).toBe(NOW + 23 * HOUR);
  });

  it('is none where only data can change the answer', () => {
    const of = profile([event(NOW - 5 * DAY), event(NOW - HOUR)]);
    expect(next('xEvent.count() > 1', of)).toBeUndefined();
    expect(next('tier = "gold"', of)).toBeUndefined();
    expect(next(exists('> 24 hours before now'), of)).toBeUndefined();
    expect(next('tier = "gold" and currentMonth() = 1', of)).toBeUndefined();
    expect(next('exists A from xEvent, B from xEvent where B.timestamp - A.timestamp > 1 day', of)).toBeUndefined();
  });

  it('of a set is the earliest of all', () => {
    const set = segments({
      day: exists('<= 24 hours before now'),
      hour: exists('<= 2 hours before now'),
      both: 'inSegment("day") and not inSegment("hour")',
    });
    expect(set.nextChange(profile([event(NOW - HOUR)]), NOW)).toBe(NOW + HOUR + 1);
  });
});
