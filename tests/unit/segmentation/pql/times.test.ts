import { describe, expect, it } from 'vitest';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { DAY, event, HOUR, isMember, NOW, profile } from '../factories.ts';
import { checks, holds } from './person.ts';

function rejectionOf(text: string): PqlError {
  try {
    holds(text);
  } catch (error) {
    if (error instanceof PqlError) return error;
    throw error;
  }
  throw new Error(`compiled: ${text}`);
}

describe('times', () => {
  checks([
    ['lastSeen < now and now > lastSeen', true],
    ['lastSeen = sameInstant', true],
    ['lastSeen >= "2018-12-18T12:45:10.123Z" and lastSeen <= "2018-12-18T13:45:10.123+01:00"', true],
    ['birthDate < "1990-12-19"', true],
    ['now - lastSeen = 1 hour', true],
    ['now - lastSeen < 61 minutes and 59 minutes < now - lastSeen', true],
    ['lastSeen + 1 hour = now', true],
    ['1 hour + lastSeen = now and now - 1 hour = lastSeen', true],
    ['birthDate.getMonth() = currentMonth() and birthDate.getDayOfMonth() = currentDayOfMonth()', true],
    ['currentYear() - birthDate.getYear() = 28', true],
    ['lastSeen occurs today and lastSeen occurs on today', true],
    ['lastSeen occurs this month and lastSeen occurs this week and lastSeen occurs this hour', false],
    ['lastSeen occurs last hour', true],
    ['lastSeen occurs after yesterday and lastSeen occurs before tomorrow', true],
    ['lastSeen occurs before this week', false],
    ['lastSeen occurs after last month', true],
    ['lastSeen occurs = 1 hour before now and lastSeen occurs 1 hour before now', true],
    ['lastSeen occurs != 1 hour before now', false],
    ['lastSeen occurs != 2 hours before now', true],
    ['missing occurs != 2 hours before now', false],
    ['xEvent[timestamp occurs = 3 days before today].count() = 1', true],
    ['xEvent[timestamp occurs between yesterday and today].count() = 1', true],
    ['xEvent[timestamp occurs on date(2018, 12, 16)].count() = 1', true],
    ['xEvent[timestamp occurs between date(2018, 12, 15) and date(2018, 12, 16)].count() = 2', true],
    ['birthDate occurs on date(1990, 12, 18)', true],
    ['missing occurs before now', false],
    ['missing < now', false],
    ['name < now', false],
    ['xEvent.max(timestamp) occurs <= 1 day before now', true],
    ['xEvent.head().timestamp occurs = 3 days before now', true],
    ['let T = now - 36 hours in xEvent[timestamp > T].count() = 1', true],
    ['exists A from xEvent, B from xEvent where B.timestamp - A.timestamp = 2 days', true],
    ['exists A from xEvent where A occurs before yesterday', true],
    ['date(2018, 2, 28) + 1 month = date(2018, 3, 28)', true],
    ['(date(2018, 1, 31) + 1 month).getDayOfMonth() = 28', true],
  ]);
});

describe('occurs', () => {
  checks([
    ['lastSeen occurs < 2 hours before now and lastSeen occurs > 30 minutes before now', true],
    ['lastSeen occurs <= 1 hour before now and lastSeen occurs >= 1 hour before now', true],
    ['lastSeen occurs = 1 hour before now and lastSeen occurs 1 hour before now', true],
    ['lastSeen occurs <= 2 hours after lastSeen', true],
    ['lastSeen occurs > 1 hour from yesterday', true],
    ['lastSeen occurs before now and lastSeen occurs after yesterday', true],
    ['lastSeen occurs after today and lastSeen occurs after date(2018, 12, 18)', true],
    ['lastSeen occurs after tomorrow or lastSeen occurs after this month', false],
    ['lastSeen occurs on today and lastSeen occurs on date(2018, 12, 18)', true],
    ['lastSeen occurs on lastSeen', true],
    ['lastSeen occurs between yesterday and now', true],
    ['lastSeen occurs between tomorrow and yesterday', false],
    ['lastSeen occurs between date(2018, 12, 18) and date(2018, 12, 18)', true],
    ['birthDate occurs > 28 years before tomorrow', true],
    ['lastSeen occurs this year and lastSeen occurs this month and lastSeen occurs this week', true],
    ['lastSeen occurs <= 3 weeks after last month and lastSeen occurs before next week', true],
    ['now occurs <= 1 hour after lastSeen', true],
  ]);
});

describe('parts of dates', () => {
  checks([
    ['currentMonth() = 12 and currentYear() = 2018 and currentDayOfMonth() = 18', true],
    ['getMonth(birthDate) = 12 and getYear(birthDate) = 1990 and getDayOfMonth(birthDate) = 18', true],
    ['now.getYear() = currentYear() and (now - 1 month).getMonth() = 11', true],
    ['missing.getMonth().isNull() and name.getYear().isNull()', true],
    ['xEvent[timestamp.getDayOfMonth() = 17].count() = 1', true],
  ]);
});

describe('windows', () => {
  const inWindow = (condition: string, time: number): boolean =>
    isMember(`exists E from xEvent where E.timestamp occurs ${condition}`, profile([event(time)]));

  it.each([
    ['<= 24 hours before now', NOW - DAY, true],
    ['<= 24 hours before now', NOW - DAY - 1, false],
    ['<= 24 hours before now', NOW, true],
    ['< 24 hours before now', NOW - DAY, false],
    ['< 24 hours before now', NOW - DAY + 1, true],
    ['>= 24 hours before now', NOW - DAY, true],
    ['> 24 hours before now', NOW - DAY, false],
    ['> 24 hours before now', NOW - DAY - 1, true],
    ['<= 1 month before now', Date.parse('2018-11-18T13:45:10.123Z'), true],
    ['<= 1 month before now', Date.parse('2018-11-18T13:45:10.122Z'), false],
    ['today', Date.parse('2018-12-18T00:00:00Z'), true],
    ['today', Date.parse('2018-12-17T23:59:59.999Z'), false],
    ['this week', Date.parse('2018-12-17T00:00:00Z'), true],
    ['this week', Date.parse('2018-12-16T23:59:59.999Z'), false],
    ['after today', Date.parse('2018-12-18T00:00:00Z'), false],
    ['after today', Date.parse('2018-12-18T00:00:00.001Z'), true],
    ['before today', Date.parse('2018-12-17T23:59:59.999Z'), true],
    ['after last month', Date.parse('2018-12-01T00:00:00Z'), true],
    ['after last month', Date.parse('2018-11-30T23:59:59.999Z'), false],
    ['last month', Date.parse('2018-11-01T00:00:00Z'), true],
    ['this decade', Date.parse('2010-01-01T00:00:00Z'), true],
    ['this century', Date.parse('1999-12-31T23:59:59.999Z'), false],
    ['<= 1 week before this month', Date.parse('2018-11-24T00:00:00Z'), true],
    ['<= 1 week after last month', Date.parse('2018-12-08T00:00:00Z'), true],
    ['<= 1 week after last month', Date.parse('2018-12-08T00:00:00.001Z'), false],
  ])('"%s" has its ends where they are said to be (%i: %s)', (condition, time, expected) => {
    expect(inWindow(condition, time)).toBe(expected);
  });

  it.each([
    ['a fraction', 'a occurs <= 1.5 days before now', 'the number of time units must be whole'],
    ['too many', 'a occurs <= 1000001 days before now', 'the number of time units is too large'],
    ['a fraction of a duration', 'now - a > 1.5 days', 'the number of time units must be whole'],
    ['too long a duration', 'now - a > 1000001 days', 'the number of time units is too large'],
  ])('have a whole number of units up to a million; %s is rejected for what it is', (_, text, message) => {
    expect(rejectionOf(text)).toMatchObject({
      message,
      expected: expect.stringMatching(/^a whole number.* up to 1000000$/),
    });
  });

  it.each([
    ['millennium', 'before', true],
    ['century', 'before', true],
    ['millennium', 'after', false],
  ] as const)('may reach beyond what a date can be: 1000000 of a %s %s now', (unit, side, isIn) => {
    const condition = `1000000 ${unit} ${side} now`;
    expect(inWindow(`<= ${condition}`, NOW - DAY)).toBe(isIn);
    expect(inWindow(`> ${condition}`, NOW - DAY)).toBe(false);
    expect(isMember(`now - 1000000 ${unit} < now and now < now + 1000000 ${unit}`)).toBe(true);
  });

  const isIn = (condition: string, time: string, now: string): boolean =>
    isMember(
      `exists E from xEvent where E.timestamp occurs ${condition}`,
      profile([event(Date.parse(time))]),
      Date.parse(now),
    );

  it.each([
    ['= 1 month', '2026-02-28T12:00:00Z', '2026-01-28T12:00:00Z', '2026-02-28T12:00:00Z'],
    ['= 1 month', '2026-03-28T12:00:00Z', '2026-02-28T12:00:00Z', '2026-03-28T12:00:00Z'],
    ['= 1 month', '2026-03-29T12:00:00Z', '2026-02-28T23:59:59.999Z', '2026-03-29T12:00:00Z'],
    ['= 1 month', '2026-03-30T12:00:00Z', '2026-02-28T23:59:59.999Z', '2026-03-30T12:00:00Z'],
    ['= 1 month', '2026-03-31T12:00:00Z', '2026-02-28T23:59:59.999Z', '2026-03-31T12:00:00Z'],
    ['= 2 months', '2026-03-31T12:00:00Z', '2026-01-31T12:00:00Z', '2026-02-28T23:59:59.999Z'],
    ['= 1 month', '2026-04-01T12:00:00Z', '2026-03-01T12:00:00Z', '2026-04-01T12:00:00Z'],
    ['= 1 month', '2028-03-29T12:00:00Z', '2028-02-29T12:00:00Z', '2028-03-29T12:00:00Z'],
    ['= 1 month', '2028-03-31T12:00:00Z', '2028-02-29T23:59:59.999Z', '2028-03-31T12:00:00Z'],
    ['= 1 month', '2026-05-31T12:00:00Z', '2026-04-30T23:59:59.999Z', '2026-05-31T12:00:00Z'],
    ['= 1 year', '2028-02-28T12:00:00Z', '2027-02-28T12:00:00Z', '2028-02-28T12:00:00Z'],
    ['= 1 year', '2028-02-29T12:00:00Z', '2027-02-28T23:59:59.999Z', '2028-02-29T12:00:00Z'],
    ['= 2 years', '2028-02-29T12:00:00Z', '2026-02-28T23:59:59.999Z', '2027-02-28T23:59:59.999Z'],
    ['= 4 years', '2028-02-29T12:00:00Z', '2024-02-29T12:00:00Z', '2025-02-28T23:59:59.999Z'],
    ['= 1 year', '2029-02-28T12:00:00Z', '2028-02-28T12:00:00Z', '2029-02-28T12:00:00Z'],
  ])('"%s before now" at %s is from %s, included, to %s, not included', (distance, now, start, end) => {
    const justBefore = (time: string): string => new Date(Date.parse(time) - 1).toISOString();
    const found = [justBefore(start), start, justBefore(end), end].map((time) =>
      isIn(`${distance} before now`, time, now),
    );
    expect(found).toEqual([false, true, true, false]);
  });

  it('leaves out events that have not happened yet', () => {
    expect(isMember('xEvent.count() = 1', profile([event(NOW), event(NOW + 1)]))).toBe(true);
    expect(isMember('exists E from xEvent where E.timestamp > now', profile([event(NOW + HOUR)]))).toBe(false);
  });
});
