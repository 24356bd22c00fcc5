import { describe, expect, it } from 'vitest';
import { PqlError } from '#core/segmentation/pql/errors.ts';
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

  it('does not grow with steps that name the one before them', () => {
    const steps = Array.from({ length: 12 }, (_, index) => `S${index + 1}: WHEN(<= 1 day after S${index})`).join(', ');
    expect(holds(`CHAIN(xEvent, timestamp, [S0: WHAT(price > 0), ${steps}])`)).toBe(false);
  });
});
