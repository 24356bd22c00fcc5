import { describe, expect, it } from 'vitest';
import { explainMembership } from '#core/segmentation/explain/explain.ts';
import { add, DAY, HOUR, NOW, profile, purchase, segment } from './factories.ts';

const explain = (text: string, of = profile(), needed: ReturnType<typeof segment>[] = []) =>
  explainMembership({ definitions: [...needed, segment(text)], relationships: [], profile: of, now: NOW });

describe('why a person is in an audience', () => {
  const rule =
    'loyalty.tier in ["gold", "silver"] and not (consents.marketing.email.val = "n") and (xEvent[commerce.productListAdds.value > 0 and timestamp occurs < 3 days before now].count() >= 2 or inSegment("loyal"))';
  const loyal = segment('person.name.firstName = "Ann"', 'loyal');

  it('is the rule part by part, with what each reads, the events that count, and when time alone changes it', () => {
    const person = profile([add(NOW - DAY), add(NOW - 2 * DAY), purchase(NOW - HOUR), add(NOW - 9 * DAY)], {
      loyalty: { tier: 'gold', points: 7 },
    });
    const { kind, isTrue, changesAt, parts } = explain(rule, person, [loyal]);
    expect({ kind, isTrue, changesAt }).toEqual({ kind: 'and', isTrue: true, changesAt: NOW + DAY });
    expect(parts).toMatchObject([
      { text: 'loyalty.tier in ["gold", "silver"]', isTrue: true, values: { 'loyalty.tier': 'gold' }, parts: [] },
      { kind: 'not', isTrue: true, parts: [{ isTrue: false, values: {} }] },
      {
        kind: 'or',
        isTrue: true,
        parts: [
          { isTrue: true, events: { count: 2, newest: [{ time: NOW - DAY }, { time: NOW - 2 * DAY }] } },
          { text: 'inSegment("loyal")', isTrue: false },
        ],
      },
    ]);
    expect(parts[0]).not.toHaveProperty('changesAt');
    expect(parts[0]).not.toHaveProperty('events');
  });

  it('is asked of a part as the rule asks it: under the names that the rule gives', () => {
    const text = 'let gold = (loyalty.tier = "gold") in gold and person.age > 17';
    const { parts } = explain(text, profile([], { loyalty: { tier: 'gold' }, person: { age: 12 } }));
    expect(parts).toMatchObject([
      { text: 'gold', isTrue: true },
      { text: 'person.age > 17', isTrue: false, values: { 'person.age': 12 } },
    ]);
  });

  it('names the events of each step of a chain, and of a quantifier', () => {
    const person = profile([add(NOW - 2 * DAY), purchase(NOW - DAY)]);
    const chain =
      'CHAIN(xEvent, timestamp, [A: WHAT(commerce.productListAdds.value > 0), B: WHAT(commerce.purchases.value > 0) WHEN(after A)])';
    expect(explain(chain, person).events).toMatchObject({ count: 2 });
    expect(explain('exists e from xEvent where e.commerce.purchases.value > 0', person).events).toMatchObject({
      count: 1,
      newest: [{ time: NOW - DAY }],
    });
  });

  it('shows values of lists item by item, and of names that are odd', () => {
    const person = profile([], { phones: [{ number: '1' }, { number: '2' }, {}], 'odd name': { 'a.b': 3 } });
    expect(explain('phones.number = "1"', person).values).toEqual({ 'phones.number': ['1', '2'] });
    expect(explain('`odd name`.`a.b` = 3', person).values).toEqual({ '`odd name`.`a.b`': 3 });
  });

  it('takes time in proportion to the events', () => {
    const many = (n: number) => profile(Array.from({ length: n }, (_, i) => add(NOW - i * 1_000)));
    const { events } = explain('xEvent[commerce.productListAdds.value > 0].count() >= 2', many(5_000));
    expect(events!.count).toBe(5_000);
    expect(events!.newest).toHaveLength(20);
  });
});
