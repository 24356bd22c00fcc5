import { describe, expect, it } from 'vitest';
import { event, NOW, profile, segments } from './factories.ts';

const set = segments({
  gold: 'loyalty.tier = "gold"',
  rome: 'exists A from addresses where A.city = "Rome"',
  known: 'identityMap.CRMID.count() > 0',
  viewed: 'exists E from xEvent where E.kind = "view"',
  bought: 'xEvent[kind = "order" and timestamp occurs <= 3 days before now].sum(total) > 10',
  any: 'xEvent.count() > 3',
  built: 'inSegment("gold") and inSegment("bought")',
  odd: '`loyalty-2`.tier = "gold"',
});
const affected = (before: object, after: object): string[] => [...set.affectedBy(before as never, after as never)];
const view = event(NOW, { kind: 'view' });

describe('a change of a profile', () => {
  it.each([
    ['an event', profile([]), profile([view]), ['any', 'viewed']],
    ['an event that is gone', profile([view]), profile([]), ['any', 'viewed']],
    [
      'an event that a sum takes',
      profile([view]),
      profile([event(NOW, { kind: 'order' }), view]),
      ['any', 'bought', 'built'],
    ],
    [
      'an attribute',
      profile([], { loyalty: { tier: 'none' } }),
      profile([], { loyalty: { tier: 'gold' } }),
      ['built', 'gold'],
    ],
    [
      'another attribute beside it',
      profile([], { loyalty: { points: 1 } }),
      profile([], { loyalty: { points: 2 } }),
      [],
    ],
    ['a field of an item', profile([], { addresses: [{ city: 'Rome' }] }), profile([], { addresses: [{}] }), ['rome']],
    ['identities', profile([], { identityMap: {} }), profile([], { identityMap: { crmid: [{ id: '1' }] } }), ['known']],
    ['a name in backquotes', profile(), profile([], { 'loyalty-2': { tier: 'gold' } }), ['odd']],
  ])('affects those that look at it: %s', (_, before, after, ids) => {
    expect(affected(before, after).sort()).toEqual(ids);
  });

  it('affects a segment that takes the profile as a whole, whatever changes', () => {
    const whole = segments({ all: '$1.keys().count() > 2' });
    expect([...whole.affectedBy(profile([], { a: 1 }), profile([], { a: 1, b: 2 }))]).toEqual(['all']);
  });
});
