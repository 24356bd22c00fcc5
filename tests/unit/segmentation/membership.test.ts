import { describe, expect, it } from 'vitest';
import { EXITED_FOR, type Membership, nextMembership } from '#core/segmentation/membership.ts';
import { World } from '#tests/property/segmentation/world.ts';
import { DAY, event, HOUR, NOW, segments } from './factories.ts';

const world = (text: string, at: number, ...times: number[]): World => {
  const one = new World(segments({ segment: text }));
  for (const time of times) one.receive({ at, event: event(time, { kind: 'a' }) });
  one.evaluate(at);
  return one;
};

describe('a membership that time alone changes', () => {
  it('ends when the window runs out, however late the sweep comes', () => {
    const one = world('exists E from xEvent where E.kind = "a" and E.timestamp occurs <= 30 days before now', NOW, NOW);
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW });
    expect(one.kept.dueAt).toBe(NOW + 30 * DAY + 1);
    one.evaluate(NOW + 33 * DAY);
    expect(one.memberships.segment).toEqual({ status: 'exited', lastQualificationTime: NOW + 30 * DAY + 1 });
  });

  it('begins when enough time has passed, however late the sweep comes', () => {
    const one = world('exists E from xEvent where E.kind = "a" and E.timestamp occurs > 3 hours before now', NOW, NOW);
    expect(one.memberships).toEqual({});
    one.evaluate(NOW + DAY);
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW + 3 * HOUR + 1 });
  });

  it('begins at the time of an event that came before its time', () => {
    const one = world('xEvent[kind = "a"].count() > 0', NOW, NOW + HOUR);
    expect(one.memberships).toEqual({});
    one.evaluate(NOW + 2 * HOUR);
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW + HOUR });
  });

  it('carries the last of several changes between two looks', () => {
    const text = 'xEvent[kind = "a" and timestamp occurs <= 3 hours before now].count() = 1';
    const one = world(text, NOW, NOW, NOW + HOUR);
    one.evaluate(NOW + 3 * HOUR + 5);
    // Two of them from 1 o'clock to 3 o'clock: out, and in again.
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW + 3 * HOUR + 1 });
  });

  it('is remembered as exited even if nobody looked while it was realized', () => {
    const text = 'exists E from xEvent where E.timestamp occurs <= 3 hours before now';
    const one = world(text, NOW, NOW + HOUR);
    one.evaluate(NOW + DAY);
    expect(one.memberships.segment).toEqual({ status: 'exited', lastQualificationTime: NOW + 4 * HOUR + 1 });
  });

  it('is dated at the look where the answer may change with every millisecond', () => {
    const one = world('xEvent.max(timestamp) in [now, today]', NOW, NOW);
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW });
    one.evaluate(NOW + DAY);
    expect(one.memberships.segment!.status).toBe('exited');
  });
});

describe('an exited membership', () => {
  it('is forgotten after 30 days, and the sweep is told when', () => {
    const one = world('exists E from xEvent where E.timestamp occurs <= 1 day before now', NOW, NOW);
    const exit = NOW + DAY + 1;
    one.evaluate(exit);
    expect(one.kept.dueAt).toBe(exit + EXITED_FOR + 1);
    one.evaluate(exit + EXITED_FOR);
    expect(one.memberships.segment!.status).toBe('exited');
    one.evaluate(exit + EXITED_FOR + 1);
    expect(one.memberships).toEqual({});
    expect(one.kept.dueAt).toBeUndefined();
  });
});

describe('memberships of profiles that become one', () => {
  const membership = (status: Membership['status'], lastQualificationTime: number): Membership => ({
    status,
    lastQualificationTime,
  });

  it('go on from the first time that one of them was realized', () => {
    const before = [membership('exited', 9), membership('realized', 7), membership('realized', 5)];
    expect(nextMembership(before, { isMember: true }, 10)).toEqual(membership('realized', 5));
    expect(nextMembership(before, { isMember: false }, 10)).toEqual(membership('exited', 10));
  });

  it('remember the last exit where none is realized', () => {
    const before = [membership('exited', 9), membership('exited', 7)];
    expect(nextMembership(before, { isMember: false }, 10)).toEqual(membership('exited', 9));
    expect(nextMembership(before, { isMember: true }, 10)).toEqual(membership('realized', 10));
  });
});

describe('people who opted out of everything', () => {
  it('are in no segment, exit the ones they were in, and come back when they opt in', () => {
    const one = world('not (tier = "gold")', NOW, NOW);
    one.receive({ at: NOW + 1, attributes: { privacyOptOuts: { sales_sharing_opt_out: 'out' } } });
    one.evaluate(NOW + 1);
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW });
    one.receive({ at: NOW + 2, attributes: { privacyOptOuts: { general_opt_out: 'out' } } });
    one.evaluate(NOW + 2);
    expect(one.memberships.segment).toEqual({ status: 'exited', lastQualificationTime: NOW + 2 });
    one.receive({ at: NOW + 3, attributes: { privacyOptOuts: { general_opt_out: 'in' } } });
    one.evaluate(NOW + 3);
    expect(one.memberships.segment).toEqual({ status: 'realized', lastQualificationTime: NOW + 3 });
  });
});
