import { describe, expect, it } from 'vitest';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { holds } from './person.ts';

const nested = (levels: number): string =>
  `${Array.from({ length: levels }, (_, level) => `exists E${level} from xEvent where E${level}.price > 0 and (`).join(
    '',
  )}E0.price > 0${')'.repeat(levels)}`;

const chain = (named: number): string => {
  const steps = Array.from({ length: 6 }, (_, index) => `S${index}: WHAT(price > 0)`).join(', ');
  const names = Array.from({ length: named }, (_, index) => `S${index}.price > 0`).join(' and ');
  return `CHAIN(xEvent, timestamp, [${steps}]) WHERE ${names}`;
};

function errorOf(text: string): PqlError {
  try {
    holds(text);
  } catch (error) {
    if (error instanceof PqlError) return error;
    throw error;
  }
  throw new Error(`compiled: ${text}`);
}

describe('the cost of a definition', () => {
  it('is limited where events are gone through for each event', () => {
    expect(holds(nested(3))).toBe(true);
    const error = errorOf(nested(4));
    expect(error.expected).toBe('at most 3 levels');
    expect(error.column).toBe(nested(4).lastIndexOf('E3.price') + 1);
    expect(
      errorOf('xEvent[xEvent[xEvent[xEvent[price > 0].count() > 0].count() > 0].count() > 0].count() > 0'),
    ).toBeDefined();
  });

  it('is limited where steps of a chain are looked at together', () => {
    expect(holds(chain(3))).toBe(false);
    expect(errorOf(chain(4))).toMatchObject({ column: 1, expected: 'at most 3' });
    expect(errorOf(`exists E from xEvent where E.price > 0 and (${chain(3)})`)).toMatchObject({
      expected: 'at most 3',
    });
  });

  it.each([
    'xEvent.map((A) => xEvent.map((B) => xEvent.map((C) => xEvent.map((D) => A.price + D.price).sum()).sum()).sum()).sum() < 0',
    'xEvent.topN((A) => xEvent.sum((B) => xEvent.sum((C) => xEvent.sum((D) => A.price))), 1).count() = 2',
    'xEvent.groupBy(product).map((K, G) => G.map((A) => G.map((B) => G.map((C) => C.price).sum()).sum()).sum()).sum() = 1',
    'exists A from xEvent, B from xEvent, C from xEvent where A.price + B.price + C.price > xEvent.sum(price)',
    'exists A from xEvent, B from xEvent, C from xEvent where A.price + B.price + C.price in xEvent.price.distinct()',
    'CHAIN(xEvent, timestamp, [A: WHAT(price > 0), B: WHAT(price > A.price)]) WHERE (exists X from xEvent, Y from xEvent where X.price + Y.price = A.price + B.price)',
    'CHAIN(xEvent, timestamp, [A: WHAT(price > 0), B: WHAT(price > A.price), C: WHAT(exists X from xEvent where X.price > A.price + B.price)])',
  ])('is limited whatever goes through the events: %s', (text) => {
    expect(errorOf(text).expected).toMatch(/^at most 3/);
  });

  it('is limited for lists of the profile and of events as well', () => {
    const lists = (levels: number): string =>
      Array.from({ length: levels }, (_, level) => `exists A${level} from addresses where (`).join('') +
      `A0.city = "x"${')'.repeat(levels)}`;
    expect(holds(lists(3))).toBe(false);
    expect(errorOf(lists(4)).expected).toBe('at most 3 levels');
    expect(
      errorOf(
        'addresses.map((A) => addresses.map((B) => addresses.map((C) => addresses.map((D) => 1).sum()).sum()).sum()).sum() > 1',
      ).expected,
    ).toBe('at most 3 levels');
  });

  it.each([
    'exists A from xEvent, B from xEvent, I from A.items, J from B.items where I.sku = J.sku and B.timestamp > A.timestamp',
    'exists A from xEvent where (exists B from xEvent where B.timestamp > A.timestamp and B.price > xEvent.average(price))',
    'xEvent.groupBy(product).map((K, G) => mapEntry(K, G.map((E) => E.items.sum(qty)).max())).values().max() > 1',
    'CHAIN(xEvent, timestamp, [A: WHAT(items.exists(qty > 1)), B: WHAT(items.exists((I) => A.items.exists(sku = I.sku)))])',
  ])('allows what marketers need: %s', (text) => {
    expect([true, false]).toContain(holds(text));
  });

  it('does not grow with steps that name the one before them', () => {
    const steps = Array.from({ length: 12 }, (_, index) => `S${index + 1}: WHEN(<= 1 day after S${index})`).join(', ');
    expect(holds(`CHAIN(xEvent, timestamp, [S0: WHAT(price > 0), ${steps}])`)).toBe(false);
  });
});
