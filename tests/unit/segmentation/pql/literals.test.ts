import { describe, expect, it } from 'vitest';
import { checks, holds } from './person.ts';

describe('literals', () => {
  checks([
    ['city = \'Los Angeles\' and city = "Los Angeles"', true],
    ['city = "Los \\u0041ngeles"', true],
    ["\"it's\" = 'it\\'s'", true],
    ['true and not false', true],
    ['age = 41 and age = 41.0 and age = 4.1e1', true],
    ['-3 < -2.5 and - 3 < 0', true],
    ['date(2018, 12, 18) <= now and date(2018, 12, 19) > now', true],
    ['birthDate = date(1990, 12, 18)', true],
    ['[1, 2, 3].includes(2) and ["a"].count() = 1 and [].count() = 0', true],
    ['[[1, 2], [3]].includes([2, 1])', true],
    ['today <= now and yesterday < today and today < tomorrow', true],
    ['today - 1 day = yesterday and today + 24 hours = tomorrow', true],
    ['now - 1 millisecond < now and now - 60 seconds = now - 1 minute', true],
    ['`city` = "Los Angeles" and loyalty.`tier` = "gold"', true],
  ]);

  it.each([
    'millisecond',
    'second',
    'minute',
    'hour',
    'day',
    'week',
    'month',
    'year',
    'decade',
    'century',
    'millennium',
  ])('know the unit %s, also in the plural', (unit) => {
    const plural = { century: 'centuries', millennium: 'millennia' }[unit] ?? `${unit}s`;
    expect(holds(`now + 1 ${unit} > now and now + 2 ${plural} > now + 1 ${unit}`)).toBe(true);
    expect(holds(`now occurs this ${unit} and not (now occurs last ${unit}) and not (now occurs next ${unit})`)).toBe(
      true,
    );
  });
});
