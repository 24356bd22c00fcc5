import { describe } from 'vitest';
import { checks } from './person.ts';

describe('booleans and null', () => {
  checks([
    ['vip', true],
    ['vip = true', true],
    ['age', false],
    ['not age', true],
    ['missing', false],
    ['vip and not missing or false', true],
    ['if(age > 40, loyalty.tier, "x") = "gold"', true],
    ['if(age > 50, 1, 2) = 2', true],
    ['missing = null', false],
    ['missing != 1', false],
    ['not (missing = 1)', true],
    ['missing.deeper.still > 1', false],
    ['missing.isNull() and nothing.isNull() and age.isNotNull()', true],
    ['missing.isNotNull()', false],
    ['loyalty.points = 0 and loyalty.points.isNotNull()', true],
    ['missing < 5 or missing >= 5 or 5 < missing', false],
    ['age > "40"', false],
    ['age = "41"', false],
    ['constructor.isNull() and toString.isNull() and loyalty.hasOwnProperty.isNull()', true],
  ]);
});
