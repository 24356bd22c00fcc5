import { describe, expect, it } from 'vitest';
import type { Relationship } from '#core/schema/relationship.ts';
import type { PlanMode } from '#core/segmentation/plan.ts';
import type { SegmentOptions } from '#core/segmentation/segment-set.ts';
import { DAY, segments } from './factories.ts';

const view = 'web.webPageDetails.pageViews.value > 0';
const add = 'commerce.productListAdds.value > 0';
const buy = 'commerce.purchases.value > 0';

const one = (when: string): string => `(exists E from xEvent where E.${buy} and E.timestamp occurs ${when})`;
const sequence = (when: string): string =>
  `CHAIN(xEvent, timestamp, [A: WHAT(${view}) WHEN(${when}), B: WHAT(${add}) WHEN(${when})])`;

/** The worked examples of aep.md §5.5, SEG-1 to SEG-11. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'SEG-1': 'homeAddress.countryCode = "US"',
  'SEG-2': `CHAIN(xEvent, timestamp, [A: WHAT(${view})])`,
  'SEG-3': `CHAIN(xEvent, timestamp, [A: WHAT(${add}) WHEN(<= 23 hours before now)])`,
  'SEG-4': `CHAIN(xEvent, timestamp, [A: WHAT(${buy}) WHEN(<= 30 days before now)])`,
  'SEG-5': `CHAIN(xEvent, timestamp, [A: WHAT(${add}) WHEN(<= 24 hours before now), B: WHAT(${buy}) WHEN(<= 24 hours before now) COUNT(0)])`,
  'SEG-6': `CHAIN(xEvent, timestamp, [A: WHAT(${view}) WHEN(<= 24 hours before now), B: WHAT(${add}) WHEN(<= 24 hours before now)])`,
  'SEG-7': `CHAIN(xEvent, timestamp, [A: WHAT(${view}) WHEN(<= 7 days before now), B: WHAT(${add}) WHEN(<= 7 days before now)])`,
  'SEG-8': `homeAddress.countryCode = "US" and (exists E from xEvent where E.${buy} and E.timestamp occurs <= 24 hours before now)`,
  'SEG-9': 'segmentMembership.AAM.`12345`.status = "realized"',
  'SEG-10': 'exists E from xEvent where E.timestamp occurs <= 1 hour before now and E.product.category = "hats"',
  'SEG-11': `inSegment("SEG-1") and CHAIN(xEvent, timestamp, [A: WHAT(${add}) WHEN(<= 23 hours before now)])`,
};

/** The product of an event, and the one that somebody likes best, are keys of records. */
const relationships: readonly Relationship[] = [
  { of: 'event', path: ['product'], entity: 'products' },
  { of: 'profile', path: ['product'], entity: 'products' },
];

const methods = (options: SegmentOptions): Record<string, string> => {
  const { plans } = segments(EXAMPLES, { relationships, ...options });
  return Object.fromEntries([...plans].map(([id, { method }]) => [id, method]));
};

describe("the planner with Adobe's rules", () => {
  it.each<[PlanMode, Record<string, string>]>([
    [
      'adobe-2021',
      {
        'SEG-1': 'streaming',
        'SEG-2': 'streaming',
        'SEG-3': 'streaming',
        'SEG-4': 'streaming',
        'SEG-5': 'batch',
        'SEG-6': 'streaming',
        'SEG-7': 'batch',
        'SEG-8': 'streaming',
        'SEG-9': 'batch',
        'SEG-10': 'batch',
        'SEG-11': 'batch',
      },
    ],
    [
      'adobe-2025',
      {
        'SEG-1': 'streaming',
        'SEG-2': 'batch',
        'SEG-3': 'streaming',
        'SEG-4': 'batch',
        'SEG-5': 'streaming',
        'SEG-6': 'streaming',
        'SEG-7': 'batch',
        'SEG-8': 'streaming',
        'SEG-9': 'batch',
        'SEG-10': 'batch',
        'SEG-11': 'batch',
      },
    ],
  ])('classifies the worked examples as %s did', (mode, expected) => {
    expect(methods({ mode })).toEqual(expected);
  });

  it.each<PlanMode>(['adobe-2021', 'adobe-2025'])('has a setting for what the pages of %s do not agree on', (mode) => {
    expect(methods({ mode, inSegmentWithEvents: 'streaming' })['SEG-11']).toBe('streaming');
  });

  it.each([
    ['one event, chain in small letters', `chain(xEvent, timestamp, [A: WHAT(${add})])`, 'streaming', 'batch'],
    ['one event within 24 hours', one('<= 24 hours before now'), 'streaming', 'streaming'],
    ['one event within 1 day', one('<= 1 day before now'), 'streaming', 'streaming'],
    ['one event within 86,400 seconds', one('<= 86400 seconds before now'), 'streaming', 'streaming'],
    ['one event in less than 24 hours', one('< 24 hours before now'), 'streaming', 'streaming'],
    ['one event within 25 hours', one('<= 25 hours before now'), 'streaming', 'batch'],
    ['one event within 7 days', one('<= 7 days before now'), 'streaming', 'batch'],
    ['one event more than a day ago', one('> 1 day before now'), 'streaming', 'batch'],
    ['one event today', one('today'), 'streaming', 'streaming'],
    ['one event yesterday', one('yesterday'), 'streaming', 'batch'],
    ['one event this week', one('this week'), 'streaming', 'batch'],
    ['one event since a day ago', one('after now - 24 hours'), 'streaming', 'streaming'],
    ['one event between then and now', one('between now - 24 hours and now'), 'streaming', 'streaming'],
    [
      'the clock compared',
      `exists E from xEvent where E.${buy} and E.timestamp >= now - 24 hours`,
      'streaming',
      'streaming',
    ],
    [
      'the clock on the left',
      `exists E from xEvent where E.${buy} and now - 24 hours <= E.timestamp`,
      'streaming',
      'streaming',
    ],
    [
      'a distance from now',
      `exists E from xEvent where E.${buy} and now - E.timestamp <= 1 day`,
      'streaming',
      'streaming',
    ],
    [
      'a distance on the other side',
      `exists E from xEvent where E.${buy} and E.timestamp + 1 day >= now`,
      'streaming',
      'streaming',
    ],
    [
      'a time with a name',
      `let T = now - 24 hours in (exists E from xEvent where E.${buy} and E.timestamp >= T)`,
      'streaming',
      'streaming',
    ],
    ['one event counted', `xEvent[${buy}].count() > 0`, 'streaming', 'batch'],
    ['one event counted as at least one', `xEvent[${buy}].count() >= 1`, 'streaming', 'batch'],
    [
      'one event compared with an attribute',
      `exists E from xEvent where E.price > limit and E.timestamp >= now - 1 day`,
      'streaming',
      'streaming',
    ],
    ['an attribute or one event', `country = "US" or ${one('<= 24 hours before now')}`, 'streaming', 'streaming'],
    ['one event that is excluded', `not (${one('<= 24 hours before now')})`, 'streaming', 'batch'],
    [
      'none of one event',
      `xEvent[${buy} and timestamp occurs <= 24 hours before now].count() = 0`,
      'streaming',
      'batch',
    ],
    [
      'a chain of nothing but an excluded step',
      `CHAIN(xEvent, timestamp, [A: WHAT(${buy}) WHEN(<= 24 hours before now) COUNT(0)])`,
      'streaming',
      'batch',
    ],
    [
      'an attribute, and one event excluded',
      `country = "US" and not (${one('<= 24 hours before now')})`,
      'streaming',
      'batch',
    ],
    ['a sequence that is excluded as a whole', `not (${sequence('<= 24 hours before now')})`, 'streaming', 'batch'],
    [
      'five events in a day',
      `CHAIN(xEvent, timestamp, [A: WHAT(${buy}) WHEN(<= 24 hours before now) COUNT(5)])`,
      'streaming',
      'streaming',
    ],
    [
      'three events in 7 days',
      `xEvent[${buy} and timestamp occurs <= 7 days before now].count() >= 3`,
      'batch',
      'batch',
    ],
    ['three events ever', `xEvent[${buy}].count() >= 3`, 'batch', 'batch'],
    [
      'at most three in a day',
      `xEvent[${buy} and timestamp occurs <= 24 hours before now].count() <= 3`,
      'streaming',
      'streaming',
    ],
    ['a sum of a day', `xEvent[timestamp occurs <= 24 hours before now].sum(price) > 10`, 'streaming', 'streaming'],
    ['a sum of a month', `xEvent[timestamp occurs <= 30 days before now].sum(price) > 10`, 'batch', 'batch'],
    ['two events of a day', sequence('<= 24 hours before now'), 'streaming', 'streaming'],
    ['two events of 23 hours', sequence('<= 23 hours before now'), 'streaming', 'streaming'],
    ['two events of 7 days', sequence('<= 7 days before now'), 'batch', 'batch'],
    [
      'a step that follows another within the day',
      `CHAIN(xEvent, timestamp, [A: WHAT(a = 1) WHEN(<= 24 hours before now), B: WHAT(b = 1)])`,
      'streaming',
      'streaming',
    ],
    [
      'a step with no limit from now',
      `CHAIN(xEvent, timestamp, [A: WHAT(a = 1), B: WHAT(b = 1) WHEN(<= 24 hours after A)])`,
      'batch',
      'batch',
    ],
    [
      'a chain with a step between that must not be',
      `CHAIN(xEvent, timestamp, [A: WHAT(a = 1) WHEN(<= 1 day before now), N: WHAT(n = 1) COUNT(0), B: WHAT(b = 1)])`,
      'batch',
      'streaming',
    ],
    [
      'an event after another, written with exists',
      `exists A from xEvent where A.timestamp >= now - 1 day and A.a = 1 and (exists B from xEvent where B.b = 1 and B.timestamp >= A.timestamp)`,
      'streaming',
      'streaming',
    ],
    [
      'no event after another, written with exists',
      `exists A from xEvent where (not (exists B from xEvent where B.b = 1 and B.timestamp >= A.timestamp)) and A.timestamp >= now - 1 day and A.a = 1`,
      'batch',
      'streaming',
    ],
    [
      'an event up to a day before another',
      `exists A from xEvent where A.timestamp >= now - 1 day and (exists B from xEvent where B.b = 1 and B.timestamp >= A.timestamp - 1 day)`,
      'batch',
      'batch',
    ],
    [
      'one of two events excluded',
      `${one('<= 1 hour before now')} and not (exists F from xEvent where F.b = 1 and F.timestamp occurs <= 1 hour before now)`,
      'batch',
      'streaming',
    ],
    [
      'both of two events excluded',
      `not (${one('<= 1 hour before now')}) and not (exists F from xEvent where F.b = 1 and F.timestamp occurs <= 1 hour before now)`,
      'batch',
      'batch',
    ],
    [
      'either of two events',
      `${one('<= 1 hour before now')} or (exists F from xEvent where F.b = 1 and F.timestamp occurs <= 1 hour before now)`,
      'batch',
      'streaming',
    ],
    [
      'two events of a day in any order',
      `${one('<= 24 hours before now')} and xEvent[b = 1 and timestamp occurs <= 24 hours before now].count() > 0`,
      'batch',
      'streaming',
    ],
    [
      'a sequence and an event of any time of the day',
      `${sequence('today')} and ${one('today')}`,
      'batch',
      'streaming',
    ],
    [
      'a count of a day with two limits',
      'xEvent[a = 1 and timestamp occurs today].count() > 2 and xEvent[a = 1 and timestamp occurs today].count() < 9',
      'streaming',
      'streaming',
    ],
    [
      'a sequence that is excluded, and an attribute',
      `country = "US" and not (${sequence('today')})`,
      'streaming',
      'batch',
    ],
    ['an attribute negated', 'not (country = "US")', 'streaming', 'streaming'],
    [
      'attributes only, with a negation inside',
      'country != "US" and not (tier in ["gold"]) and age > 3',
      'streaming',
      'streaming',
    ],
    ['a map', 'preferences.get("colour") = "red" and labels.red.value = 1', 'streaming', 'streaming'],
    [
      'a birthday',
      'born.getMonth() = currentMonth() and born.getDayOfMonth() = currentDayOfMonth()',
      'streaming',
      'batch',
    ],
    ['a month of a certain year', 'born.getMonth() = 5 and born.getYear() = 1990', 'streaming', 'streaming'],
    [
      'an Audience Manager segment beside an attribute',
      'country = "US" and segmentMembership.AAM.`12345`.status = "realized"',
      'batch',
      'batch',
    ],
    [
      'an Audience Manager segment by a method',
      'segmentMembership.get("AAM").get("12345").status = "realized"',
      'batch',
      'batch',
    ],
    [
      'an Audience Manager segment that is excluded',
      'not (segmentMembership.AAM.`12345`.status = "realized")',
      'batch',
      'batch',
    ],
    ['a lookup beside an event of today', `${one('today')} and product.category = "hats"`, 'batch', 'batch'],
  ])('treats %s as each era did', (_, text, in2021, in2025) => {
    const method = (mode: PlanMode) => segments({ rule: text }, { mode, relationships }).plans.get('rule')?.method;
    expect([method('adobe-2021'), method('adobe-2025')]).toEqual([in2021, in2025]);
  });

  it.each([
    ['of attributes', { base: 'country = "US"' }, 'streaming', 'streaming'],
    ['of one event ever', { base: `exists E from xEvent where E.${buy}` }, 'streaming', 'batch'],
    ['of one event today', { base: one('today') }, 'streaming', 'streaming'],
    ['of an Audience Manager segment', { base: 'segmentMembership.AAM.`1`.status = "realized"' }, 'batch', 'batch'],
  ])('makes a segment of segments no faster than they are: %s', (_, base, in2021, in2025) => {
    const method = (mode: PlanMode) =>
      segments({ ...base, rule: 'inSegment("base") and not (tier = "gold")' }, { mode }).plans.get('rule')?.method;
    expect([method('adobe-2021'), method('adobe-2025')]).toEqual([in2021, in2025]);
  });
});

describe('the planner with native rules', () => {
  it.each([
    ['attributes', 'a = 1', 'edge', /attributes/],
    ['attributes against the clock', 'renewal occurs <= 7 days after now', 'edge', /attributes/],
    ['one event at any time', 'exists E from xEvent where E.a = 1', 'edge', /One event/],
    ['one event that never was', 'not (exists E from xEvent where E.a = 1)', 'edge', /One event/],
    ['a count', 'xEvent[a = 1].count() >= 2', 'streaming', /counts/],
    ['a sum in a long window', 'xEvent[timestamp occurs <= 900 days before now].sum(a) > 1', 'streaming', /adds up/],
    ['an attribute of a map', 'labels.get("red").value = 1 and not (a = 1)', 'edge', /attributes/],
    [
      'one event within 8 days',
      'chain(xEvent, timestamp, [A: WHAT(a = 1) WHEN(< 8 days before now)])',
      'edge',
      /8 days/,
    ],
    [
      'one event within 9 days',
      'chain(xEvent, timestamp, [A: WHAT(a = 1) WHEN(< 9 days before now)])',
      'streaming',
      /window/,
    ],
    [
      'none within 8 days',
      'not (xEvent[a = 1 and timestamp occurs < 8 days before now].count() > 0)',
      'edge',
      /8 days/,
    ],
    [
      'five events within a day',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1) WHEN(<= 24 hours before now) COUNT(5)])',
      'edge',
      /24 hours/,
    ],
    [
      'several events within a day',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1) WHEN(<= 24 hours before now), B: WHAT(b = 1)])',
      'edge',
      /24 hours/,
    ],
    ['an attribute and an event', 'a = 1 and (exists E from xEvent where E.a = 1)', 'edge', /One event/],
    [
      'groups in a window',
      'xEvent[timestamp occurs <= 7 days before now].groupBy(a).count() > 2',
      'streaming',
      /adds up/,
    ],
    [
      'two events in a long window',
      'xEvent[a = 1 and timestamp occurs <= 30 days before now].count() >= 2',
      'streaming',
      /time window/,
    ],
    ['a sequence', 'CHAIN(xEvent, timestamp, [A: WHAT(a = 1), B: WHAT(b = 1)])', 'streaming', /order/],
    [
      'two kinds of events',
      '(exists E from xEvent where E.a = 1) and (exists E from xEvent where E.b = 1)',
      'streaming',
      /several kinds/,
    ],
    ['groups', 'xEvent.groupBy(a).count() > 2', 'batch', /groupBy/],
    ['the best of all', 'xEvent.topN(a, 3).sum(a) > 2', 'batch', /topN/],
    ['a mapping of all', 'xEvent.map(a).max() > 2', 'batch', /map/],
    ['an Audience Manager segment', 'segmentMembership.aam.`1`.status = "realized"', 'batch', /Audience Manager/],
  ])('evaluates %s as it can', (_, text, method, reason) => {
    const plan = segments({ rule: text }).plans.get('rule')!;
    expect(plan.method).toBe(method);
    expect(plan.reasons.join(' ')).toMatch(reason);
    expect(plan.latency).not.toBe('');
  });

  it('does not make a segment faster than those it is built on', () => {
    const { plans } = segments({
      slow: 'xEvent.groupBy(a).count() > 2',
      fast: 'a = 1',
      both: 'inSegment("slow") and inSegment("fast")',
      one: 'not inSegment("fast")',
      single: 'exists E from xEvent where E.a = 1',
      event: 'inSegment("single")',
    });
    expect(plans.get('one')).toMatchObject({ method: 'edge', reasons: [expect.stringMatching(/other segments/)] });
    expect(plans.get('event')?.method).toBe('streaming');
    expect(plans.get('both')).toMatchObject({
      method: 'batch',
      reasons: expect.arrayContaining([expect.stringContaining('slow')]),
    });
  });

  it('does not take a segment for one about attributes that is slower for what it is built on', () => {
    const { plans } = segments({
      events: 'xEvent[a = 1].count() >= 2',
      between: 'inSegment("events")',
      above: 'inSegment("between")',
      lookup: 'segmentMembership.aam.`1`.status = "realized"',
      onLookup: 'inSegment("lookup")',
    });
    const reasons = (id: string) => plans.get(id)?.reasons;
    expect(reasons('between')).toEqual(['It is built on other segments.']);
    expect(reasons('above')).toEqual(['It is built on other segments.']);
    expect(reasons('onLookup')).toEqual(['It is built on other segments.', 'It waits for lookup, evaluated by batch.']);
  });

  it('says what has to be kept', () => {
    const text =
      'exists A from xEvent where A.x = 1 and A.timestamp occurs <= 2 days before now and xEvent[y = 2 and timestamp occurs <= 1 day before now].count() > 1';
    expect(segments({ rule: text }).plans.get('rule')?.state).toEqual({
      attributes: [],
      eventConditions: ['event.x = 1', 'event.y = 2'],
      lookback: 172_800_000,
      sequences: 1,
      lookups: [],
      segments: [],
      timedChanges: expect.stringMatching(/^at the instant at which an event .* time window/),
    });
  });

  it.each([
    ['nothing', 'a = 1', 0],
    ['all of the past', 'exists E from xEvent where E.a = 1', null],
    ['all of the past, where one part has no window', `${one('today')} and xEvent[a = 1].count() > 2`, null],
    ['the longest window', `${one('today')} and xEvent[timestamp >= now - 3 days].count() > 2`, 3 * DAY],
    ['months as long as they can be', one('<= 2 months before now'), 62 * DAY],
    ['not less than it needs when months go both ways', one('>= 1 month after now - 2 months'), 34 * DAY],
  ])('says how far back it looks: %s', (_, text, lookback) => {
    expect(segments({ rule: text }).plans.get('rule')?.state.lookback).toBe(lookback);
  });

  it.each([
    ['never', 'a = 1', /^none: only new data changes the answer$/],
    ['when a date comes', 'renewal occurs <= 7 days after now', /passes a date/],
    ['when an event comes of age', one('today'), /an event comes into its time window or leaves it/],
    ['only for events of the future', 'xEvent.count() > 1', /^none: .* dated in the future/],
    [
      'when that of another segment does',
      'inSegment("timed") and inSegment("still")',
      /time changes the membership of timed;/,
    ],
    ['never with segments that never do', 'inSegment("still")', /^none/],
  ])('says when time changes the answer: %s', (_, text, expected) => {
    const { plans } = segments({ timed: one('today'), still: 'a = 1', rule: text });
    expect(plans.get('rule')?.state.timedChanges).toMatch(expected);
  });
});
