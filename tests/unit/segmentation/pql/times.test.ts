import { describe, expect, it } from 'vitest';
import { DAY, event, HOUR, isMember, NOW, profile } from '../factories.ts';
import { checks } from './person.ts';

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

  it('leaves out events that have not happened yet', () => {
    expect(isMember('xEvent.count() = 1', profile([event(NOW), event(NOW + 1)]))).toBe(true);
    expect(isMember('exists E from xEvent where E.timestamp > now', profile([event(NOW + HOUR)]))).toBe(false);
  });
});
