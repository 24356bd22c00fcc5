import { describe } from 'vitest';
import { checks } from './person.ts';

describe('addressing', () => {
  checks([
    ['loyalty.tier = "gold"', true],
    ['addresses.city = ["Oslo", "Rome"]', true],
    ['$1.loyalty.tier = "gold" and $1.xEvent.count() = 3', true],
    ['(Profile) => Profile.city = "Los Angeles" and age = 41', true],
    ['(P) => exists E from P.xEvent where E.product = "hat" and P.vip', true],
    ['xEvent[product = "hat"][price > 0.1].count() = 1', true],
    ['xEvent[price > ^.limits.low].count() = 1', true],
    ['xEvent[items[qty = ^^.limits.low].count() = 1].count() = 1', true],
    ['xEvent[items[qty = ^.price * 20].count() = 1].count() = 1', true],
    ['addresses[^city = "Los Angeles"].count() = 2', true],
    ['let T = loyalty.tier in T = "gold" and T != "silver"', true],
    ['let A = age in (let B = A + 1 in B = 42)', true],
    ['let Hats = xEvent[product = "hat"] in Hats.count() = 2 and Hats.sum(price) = 0.3', true],
    ['let Limit = date(2018, 12, 17) in xEvent[timestamp >= Limit].count() = 1', true],
    ['(select E from xEvent where E.price > 0.1).count() = 2', true],
    ['count(select E from xEvent) = 3', true],
    ['(select E from xEvent where E.product = "hat").price.max() = 0.2', true],
    ['(sum X.price over X from xEvent where X.product = "hat") = 0.3', true],
    ['(count X over X from xEvent) = 3 and (max X.price over X from xEvent) = 5', true],
  ]);
});
