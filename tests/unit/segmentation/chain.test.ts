import { describe, expect, it } from 'vitest';
import type { EventView } from '#core/profile/profile-view.ts';
import { DAY, event, HOUR, isMember, NOW, profile } from './factories.ts';

const kinds = (text: string): EventView[] =>
  text.split(' ').map((part) => {
    const [kind, hour] = part.split('@') as [string, string];
    return event(NOW - 10 * DAY + Number(hour) * HOUR, { kind });
  });

const matches = (steps: string, history: string): boolean =>
  isMember(`CHAIN(xEvent, timestamp, [${steps}])`, profile(kinds(history)));

const a = 'A: WHAT(kind = "a")';
const b = 'B: WHAT(kind = "b")';

describe('a chain', () => {
  it.each([
    ['in order', `${a}, ${b}`, 'a@1 b@2', true],
    ['not in the other order', `${a}, ${b}`, 'b@1 a@2', false],
    ['at the same instant, in either order', `${a}, ${b}`, 'b@1 a@1', true],
    ['never one event twice', `${a}, C: WHAT(kind = "a")`, 'a@1', false],
    ['two events of one kind', `${a}, C: WHAT(kind = "a")`, 'a@1 a@1', true],
    ['within a time of another step', `${a}, B: WHAT(kind = "b") WHEN(<= 24 hours after A)`, 'a@0 a@5 b@29', true],
    ['not beyond it', `${a}, B: WHAT(kind = "b") WHEN(< 24 hours after A)`, 'a@0 a@5 b@29', false],
    ['at least a time later', `${a}, B: WHAT(kind = "b") WHEN(> 1 day after A)`, 'a@0 b@24 b@25', true],
    [
      'several conditions of time',
      `${a}, B: WHAT(kind = "b") WHEN(> 1 hour after A, < 3 hours after A)`,
      'a@0 b@1 b@3',
      false,
    ],
    [
      'excluded steps before and after, each choice of the step between them breaking one',
      'C: WHAT(kind = "c") COUNT(0), A: WHAT(kind = "a"), B: WHAT(kind = "b") COUNT(0)',
      'a@1 b@2 c@3 a@4',
      false,
    ],
    [
      'events of one instant that a step takes, so that the excluded one finds none',
      'A: WHAT(kind = "a"), B: WHAT(kind = "a"), C: WHAT(kind = "a") COUNT(0)',
      'a@1 a@2 a@2',
      true,
    ],
    [
      'a count that takes more of its last instant than it needs',
      'A: WHAT(kind = "a") COUNT(3), B: WHAT(kind = "a") COUNT(0)',
      'a@1 a@2 a@3 a@3',
      true,
    ],
    ['a count', 'A: WHAT(kind = "a") COUNT(3)', 'a@1 a@2 a@3', true],
    ['a count that is not reached', 'A: WHAT(kind = "a") COUNT(3)', 'a@1 a@2 b@3', false],
    ['a count before a step', `A: WHAT(kind = "a") COUNT(2), ${b}`, 'a@1 b@2 a@3', false],
    [
      'a count, named by its last event',
      'A: WHAT(kind = "a") COUNT(2), B: WHAT(kind = "b") WHEN(<= 1 hour after A)',
      'a@1 a@5 b@6',
      true,
    ],
    ['nothing between', `${a}, N: WHAT(kind = "n") COUNT(0), ${b}`, 'a@1 n@2 b@3', false],
    ['nothing between the right ones', `${a}, N: WHAT(kind = "n") COUNT(0), ${b}`, 'a@1 n@2 a@3 b@4', true],
    ['nothing before', `N: WHAT(kind = "n") COUNT(0), ${a}`, 'a@2 n@3', true],
    ['something before', `N: WHAT(kind = "n") COUNT(0), ${a}`, 'n@1 a@2', false],
    ['nothing after', `${a}, N: WHAT(kind = "n") COUNT(0)`, 'a@1 n@2', false],
    ['nothing after the last', `${a}, N: WHAT(kind = "n") COUNT(0)`, 'a@1 n@2 a@3', true],
    ['nothing of its own kind after', `${a}, N: WHAT(kind = "a") WHEN(<= 24 hours after A) COUNT(0)`, 'a@1', true],
    [
      'nothing shortly before the next',
      `N: WHAT(kind = "n") WHEN(<= 2 hours before A) COUNT(0), ${a}`,
      'n@1 a@4',
      true,
    ],
    ['nothing at all', 'N: WHAT(kind = "n") COUNT(0)', 'a@1', true],
    ['fields of an earlier step', `${a}, C: WHAT(kind != A.kind)`, 'a@1 c@2', true],
    ['nothing but a time', 'A: WHEN(<= 10 days before now)', 'a@1', true],
  ])('finds or does not find: %s', (_, steps, history, expected) => {
    expect(matches(steps, history)).toBe(expected);
  });

  it('goes through a part of the events, and may have a condition on the whole', () => {
    const history = profile([
      event(NOW - 3, { k: 'a', v: 1 }),
      event(NOW - 2, { k: 'b', v: 9 }),
      event(NOW - 1, { k: 'b', v: 1 }),
    ]);
    const chain = (source: string, condition: string): string =>
      `CHAIN(${source}, timestamp, [A: WHAT(k = "a"), B: WHAT(k = "b")]) WHERE ${condition}`;
    expect(isMember(chain('xEvent', 'A.v = B.v'), history)).toBe(true);
    expect(isMember(chain('xEvent[timestamp occurs >= 2 milliseconds before now]', 'A.v = B.v'), history)).toBe(false);
    expect(isMember(chain('xEvent', 'A.v > B.v'), history)).toBe(false);
  });

  it.each([
    ['A: WHERE(kind = "a")', 'a@1', true],
    ['A: WHERE(kind = "a")', 'b@1', false],
    ['A: WHAT(kind = "a") WHERE(n = 1)', 'a@1', false],
    ['A: WHERE(kind != "b") WHAT(kind != "c") COUNT(2)', 'a@1 b@2 c@3 a@4', true],
    ['A: WHERE(kind != "b") WHAT(kind != "c") COUNT(2)', 'a@1 b@2 c@3', false],
    ['A: WHAT(kind = "a"), B: WHEN(<= 1 hour after A) WHERE(kind != A.kind)', 'a@1 a@2 b@2', true],
    ['A: WHAT(kind = "a"), B: WHERE(kind = "b") WHEN(<= 24 hours after A) COUNT(0)', 'a@1 b@2', false],
  ])('may say with WHERE what WHAT says, both being asked of the event: %s', (steps, history, expected) => {
    expect(matches(steps, history)).toBe(expected);
  });

  it('places events of one instant where they are needed', () => {
    const both = event(NOW, { x: 1, y: 1 });
    const onlyX = event(NOW, { x: 1 });
    for (const events of [
      [both, onlyX],
      [onlyX, both],
    ]) {
      expect(isMember('CHAIN(xEvent, timestamp, [A: WHAT(x = 1), B: WHAT(y = 1)])', profile(events))).toBe(true);
      expect(isMember('CHAIN(xEvent, timestamp, [B: WHAT(y = 1), A: WHAT(x = 1)])', profile(events))).toBe(true);
    }
  });

  it.each([
    ['apart', (index: number) => index * HOUR],
    ['at one instant', () => 0],
  ])('is not found in reasonable time among many events %s', (_, away) => {
    const events = Array.from({ length: 300 }, (_unused, index) => event(NOW - away(index), { kind: 'x', n: index }));
    const any = (name: string, when = ''): string => `${name}: WHAT(kind = "x")${when}`;
    const steps = [
      any('A'),
      any('B'),
      any('C', ' WHEN(<= 90 days after B)'),
      any('D', ' WHEN(<= 90 days after C)'),
      any('E'),
      any('F', ' WHEN(< 0 days after E)'),
    ];
    expect(isMember(`CHAIN(xEvent, timestamp, [${steps.join(', ')}])`, profile(events))).toBe(false);
  });
});
