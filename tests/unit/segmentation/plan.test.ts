import { describe, expect, it } from 'vitest';
import type { PlanMode, PlanOptions } from '#core/segmentation/plan.ts';
import { segments } from './factories.ts';

const view = 'web.webPageDetails.pageViews.value > 0';
const add = 'commerce.productListAdds.value > 0';
const buy = 'commerce.purchases.value > 0';

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

const methods = (options: PlanOptions): Record<string, string> => {
  const { plans } = segments(EXAMPLES, { lookups: ['product.category'], ...options });
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
    [
      'the whole rule negated',
      'not (exists E from xEvent where E.a = 1 and E.timestamp occurs <= 1 hour before now)',
      'streaming',
      'batch',
    ],
    [
      'five events in a day',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1) WHEN(<= 24 hours before now) COUNT(5)])',
      'streaming',
      'streaming',
    ],
    ['five events at any time', 'xEvent[a = 1].count() >= 5', 'batch', 'batch'],
    ['today', 'exists E from xEvent where E.timestamp occurs today', 'streaming', 'streaming'],
    [
      'one of two events excluded',
      '(exists E from xEvent where E.a = 1 and E.timestamp occurs <= 1 hour before now) and not (exists E from xEvent where E.b = 1 and E.timestamp occurs <= 1 hour before now)',
      'batch',
      'streaming',
    ],
    [
      'a step that follows another within the day',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1) WHEN(<= 24 hours before now), B: WHAT(b = 1)])',
      'streaming',
      'streaming',
    ],
    [
      'a step with no limit from now',
      'CHAIN(xEvent, timestamp, [A: WHAT(a = 1), B: WHAT(b = 1) WHEN(<= 24 hours after A)])',
      'batch',
      'batch',
    ],
  ])('treats %s as each era did', (_, text, in2021, in2025) => {
    const method = (mode: PlanMode) => segments({ rule: text }, { mode }).plans.get('rule')?.method;
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
    ['a window', 'exists E from xEvent where E.timestamp occurs <= 1 day before now', 'streaming', /time window/],
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
      one: 'inSegment("fast")',
    });
    expect(plans.get('one')?.method).toBe('streaming');
    expect(plans.get('both')).toMatchObject({
      method: 'batch',
      reasons: expect.arrayContaining([expect.stringContaining('slow')]),
    });
  });

  it('says what has to be kept', () => {
    const text =
      'exists A from xEvent where A.x = 1 and A.timestamp occurs <= 2 days before now and xEvent[y = 2 and timestamp occurs <= 1 day before now].count() > 1';
    expect(segments({ rule: text }).plans.get('rule')?.state).toEqual({
      eventConditions: ['event.x = 1', 'event.y = 2'],
      lookback: 172_800_000,
      sequences: 1,
      segments: [],
    });
    expect(segments({ rule: 'exists E from xEvent where E.a = 1' }).plans.get('rule')?.state.lookback).toBeUndefined();
  });
});
