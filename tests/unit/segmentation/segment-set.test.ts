import { describe, expect, it } from 'vitest';
import { compileSegments, SegmentSetError } from '#core/segmentation/segment-set.ts';
import { event, NOW, profile, segment, segments } from './factories.ts';

const setError = (texts: Readonly<Record<string, string>>): SegmentSetError => {
  try {
    segments(texts);
  } catch (error) {
    if (error instanceof SegmentSetError) return error;
    throw error;
  }
  throw new Error('it compiled');
};

describe('a set of segments', () => {
  it('evaluates segments after those they are built on, whatever order they are given in', () => {
    const set = segments({ c: 'inSegment("b")', b: 'not inSegment("a")', a: 'x = 1' });
    expect(set.ids).toEqual(['a', 'b', 'c']);
    expect([...set.evaluate(profile([], { x: 1 }), NOW)]).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
  });

  it('rejects circles, unknown ids and ids given twice, and names them', () => {
    expect(setError({ a: 'inSegment("b")', b: 'inSegment("c")', c: 'inSegment("b")' }).segmentIds).toEqual(['b', 'c']);
    expect(setError({ a: 'inSegment("a")' }).segmentIds).toEqual(['a']);
    expect(setError({ a: 'inSegment("zzz")' }).message).toMatch(/"a" refers to "zzz"/);
    expect(() => compileSegments([segment('a = 1', 'x'), segment('a = 2', 'x')])).toThrow(/two segments/);
  });

  it('says in which segment a mistake is', () => {
    expect(() => segments({ good: 'a = 1', bad: 'a =' })).toThrow(
      expect.objectContaining({ segmentId: 'bad', column: 4 }),
    );
  });

  it('lists the attributes that it reads', () => {
    const set = segments({
      a: 'loyalty.tier = "gold" and identityMap.CRMID.count() > 0',
      b: 'exists A from addresses where A.city = "Rome"',
      c: 'xEvent.count() > 0',
    });
    expect(set.attributePaths).toEqual(['addresses.city', 'identityMap', 'loyalty.tier']);
  });
});

describe('projection of events', () => {
  const order = {
    eventType: 'order',
    commerce: { order: { total: 5, currency: 'USD' } },
    items: [
      { sku: 'A', price: 1, text: 'long' },
      { sku: 'B', price: 2, text: 'longer' },
    ],
    identityMap: { ECID: [{ id: '1' }] },
  };

  it.each([
    ['one path', 'exists E from xEvent where E.eventType = "order"', { eventType: 'order' }],
    [
      'a path into a list',
      'exists E from xEvent, I from E.items where I.sku = "A"',
      { items: [{ sku: 'A' }, { sku: 'B' }] },
    ],
    ['the length of a list', 'xEvent[items.count() = 2].count() > 0', { items: [{}, {}] }],
    ['a whole object', 'xEvent[commerce.isNotNull()].count() > 0', { commerce: order.commerce }],
    ['identities as a whole', 'xEvent[identityMap.ecid.count() > 0].count() > 0', { identityMap: order.identityMap }],
    [
      'values that are added up',
      'xEvent[eventType = "order"].sum(commerce.order.total) > 1',
      { eventType: 'order', commerce: { order: { total: 5 } } },
    ],
    [
      'what a chain looks at',
      'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "order"), B: WHAT(commerce.order.total > A.commerce.order.total)])',
      { eventType: 'order', commerce: { order: { total: 5 } } },
    ],
    [
      'groups',
      'xEvent.groupBy(eventType).map((K, G) => G.sum(commerce.order.total)).max() > 1',
      { eventType: 'order', commerce: { order: { total: 5 } } },
    ],
    ['nothing but that it happened', 'xEvent.count() > 3', {}],
  ])('keeps %s', (_, text, kept) => {
    expect(segments({ rule: text }).projectEvent(order)).toEqual(kept);
  });

  it.each([
    ['another condition', 'exists E from xEvent where E.eventType = "view"'],
    [
      'another condition with a time',
      'exists E from xEvent where E.eventType = "view" and E.timestamp occurs <= 1 day before now',
    ],
    [
      'every condition of a sequence',
      'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "view"), B: WHAT(eventType = "click") COUNT(0)])',
    ],
    ['a condition that all must satisfy', 'forall E from xEvent where E.eventType = "order"'],
    ['attributes only', 'tier = "gold"'],
  ])('leaves an event out that cannot matter: %s', (_, text) => {
    expect(segments({ rule: text }).projectEvent(order)).toBeUndefined();
  });

  it.each([
    ['a condition that may come to hold with time', 'exists E from xEvent where E.timestamp occurs > 1 day before now'],
    [
      'a use without a condition among others',
      '(exists E from xEvent where E.eventType = "view") or xEvent.count() > 5',
    ],
  ])('keeps an event that may matter: %s', (_, text) => {
    expect(segments({ rule: text }).projectEvent(order)).toBeDefined();
  });

  it('never reads what an object inherits', () => {
    const set = segments({
      rule: 'exists E from xEvent where E.constructor.isNotNull() or E.toString.name.isNotNull()',
    });
    expect(set.projectEvent({ a: 1 })).toBeUndefined();
  });

  it('has a fingerprint that changes with what is kept, not with names or the order of segments', () => {
    const print = (texts: Record<string, string>): string => segments(texts).fingerprint;
    const base = print({ a: 'exists E from xEvent where E.x = 1', b: 'xEvent[y = 2].count() > 3' });
    expect(base).toMatch(/^[0-9a-f]{16}$/);
    expect(print({ other: 'xEvent[y = 2].count() > 3', a: 'xEvent[x = 1].count() > 0' })).toBe(base);
    expect(print({ a: 'exists E from xEvent where E.x = 1', b: 'xEvent[y = 3].count() > 3' })).not.toBe(base);
    expect(print({ a: 'exists E from xEvent where E.x = 1', b: 'xEvent[y = 2].sum(z) > 3' })).not.toBe(base);
    // One more of the events has to be kept.
    expect(print({ a: 'exists E from xEvent where E.x = 1', b: 'xEvent[y = 2].count() > 4' })).not.toBe(base);
  });
});

describe('equal conditions of different segments', () => {
  it('are recognised however the event is called', () => {
    const one = segments({ a: 'exists E from xEvent where E.x = 1' }).fingerprint;
    const variants = [
      'xEvent[x = 1].count() > 0',
      'CHAIN(xEvent, timestamp, [A: WHAT(x = 1)])',
      'exists F from xEvent[(G) => G.x = 1]',
      'CHAIN(xEvent, timestamp, [A: WHAT(A.x = 1)])',
    ];
    for (const variant of variants) expect(segments({ a: variant }).fingerprint).toBe(one);
  });

  it('are not taken for equal because the texts are', () => {
    const set = segments({
      one: 'let L = 1 in xEvent[x = L].count() > 0',
      two: 'let L = 2 in xEvent[x = L].count() > 0',
      field: 'xEvent[x = L].count() > 0',
      outer: 'exists E from xEvent where E.items[q = q].count() > 0',
    });
    const answers = set.evaluate(profile([event(NOW, { x: 1, L: 3, items: [{ q: 1 }] })]), NOW);
    expect(Object.fromEntries(answers)).toEqual({ one: true, two: false, field: false, outer: true });
  });
});
