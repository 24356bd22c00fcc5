import { describe } from 'vitest';
import { checks } from './person.ts';

describe('numbers', () => {
  checks([
    ['0.1 + 0.2 = 0.3', true],
    ['age * 2 - 2 = 80', true],
    ['1.1 * 3 = 3.3', true],
    ['age % 2 = 1', true],
    ['-age < 0', true],
    ['-5 + 3 = -2', true],
    ['age / 0 > 1', false],
    ['(age / 0).isNull()', true],
    ['(age + missing).isNull()', true],
    ['xEvent[eventType = "order"].sum(price) = 0.3', true],
    ['sum(xEvent, price) = 5.3', true],
    ['xEvent.price.sum() = 5.3', true],
    ['xEvent.average(price) > 1.76', true],
    ['xEvent.min(price) = 0.1 and xEvent.max(price) = 5', true],
    ['xEvent[false].sum(price) = 0', true],
    ['xEvent[false].average(price).isNull() and xEvent[false].max(price).isNull()', true],
    ['let S = (sum X.price over X from xEvent where X.eventType = "order") in (S > 0.2 and S < 0.4)', true],
  ]);
});
