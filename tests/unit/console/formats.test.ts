import { describe, expect, test } from 'vitest';
import { may } from '#console/api/may.ts';
import { bytes, change, count, interval, rate, share } from '#console/parts/number.ts';
import { ago, duration, utc } from '#console/parts/time.ts';

describe('what screens say', () => {
  test('of numbers: zero is 0, unknown is a dash, and what is little is not nothing', () => {
    expect([count(undefined), count(0), count(9_999_999), count(12_400_000)]).toEqual([
      '–',
      '0',
      '9,999,999',
      '12.4 M',
    ]);
    expect([change(3), change(-3), change(0)]).toEqual(['+3', '−3', '±0']);
    expect([share(0), share(0.0004), share(0.817)]).toEqual(['0%', '< 0.1%', '81.7%']);
    expect([rate(0), rate(0.01), rate(2.25)]).toEqual(['0/s', '< 0.1/s', '2.3/s']);
    expect([interval(11_900, 12_900), interval(89, 89)]).toEqual(['11,900–12,900', '89']);
    expect([bytes(0), bytes(999), bytes(1_500), bytes(2e9)]).toEqual(['0 B', '999 B', '1.5 kB', '2 GB']);
  });

  test('of times: how long ago within a day, the time with its zone before', () => {
    const now = Date.parse('2026-11-30T12:00:00Z');
    expect([ago(now - 4_000, now), ago(now - 240_000, now), ago(now - 7_200_000, now)]).toEqual([
      '4 s ago',
      '4 min ago',
      '2 h ago',
    ]);
    expect(ago(now - 86_400_000, now)).toBe('2026-11-29 12:00 UTC');
    expect(utc(now)).toBe('2026-11-30 12:00 UTC');
    expect([duration(59_000), duration(7_500_000), duration(90_000_000)]).toEqual(['59 s', '2 h 5 min', '1 d 1 h']);
  });

  test('of what somebody may: a scope as it is, and one that needs a qualifier with any', () => {
    expect(may(['activate:webhook'], 'activate')).toBe(true);
    expect(may(['profile:read:masked'], 'profile:read')).toBe(false);
    expect(may(['operate:read'], 'operate')).toBe(false);
  });
});
