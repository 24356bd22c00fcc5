import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import { runs } from '#tests/harness/runs.ts';
import { add, DAY, HOUR, NOW, purchase, segments, storeOrder, view } from '#tests/unit/segmentation/factories.ts';

/** The audiences of a shop, in PQL and in plain code. */

const isAdd = 'commerce.productListAdds.value > 0';
const isPurchase = 'commerce.purchases.value > 0';
const isView = 'commerce.productViews.value > 0';
const lately = (variable: string): string => `${variable}.timestamp occurs <= 30 days before now`;

const TEXTS = {
  added: `exists E from xEvent where E.${isAdd}`,
  bought: `exists E from xEvent where E.${isPurchase}`,
  neverBought: 'inSegment("added") and not inSegment("bought")',
  abandoned: `CHAIN(xEvent, timestamp, [A: WHAT(${isAdd}), P: WHAT(${isPurchase}) WHEN(<= 24 hours after A) COUNT(0)])`,
  abandonedNested: `exists A from xEvent where A.${isAdd} and not (exists B from xEvent where B.${isPurchase}
    and B.timestamp >= A.timestamp and B.timestamp <= A.timestamp + 24 hours)`,
  browsing: `CHAIN(xEvent, timestamp, [X: WHAT(${isView}), Y: WHAT(${isView}), Z: WHAT(${isView}) WHEN(<= 24 hours after X)])`,
  browsingCounted: `CHAIN(xEvent, timestamp, [X: WHAT(${isView}), Y: WHAT(${isView}) WHEN(<= 24 hours after X) COUNT(2)])`,
  loyalAbandoner: `loyalty.tier in ["gold", "silver"] and (exists E from xEvent where E.${isAdd} and ${lately('E')})
    and not (exists E from xEvent where E.${isPurchase} and ${lately('E')})
    and not (exists E from xEvent where E.eventType = "store.order" and ${lately('E')})`,
  spender:
    'xEvent[eventType = "store.order" and timestamp occurs <= 90 days before now].sum(commerce.order.priceTotal) >= 300',
  severalDevices: 'identityMap.CRMID.count() > 0 and identityMap.ECID.count() >= 2',
};

interface Shopper {
  readonly adds: readonly number[];
  readonly purchases: readonly number[];
  readonly views: readonly number[];
  readonly orders: readonly (readonly [time: number, cents: number])[];
  readonly tier: string | undefined;
  readonly ecids: number;
  readonly known: boolean;
}

/** Plain code over plain lists of times, all of them up to now. */
function expected(shopper: Shopper, now: number): Record<keyof typeof TEXTS, boolean> {
  const past = (times: readonly number[]): number[] => times.filter((time) => time <= now).sort((a, b) => a - b);
  const [adds, purchases, views] = [past(shopper.adds), past(shopper.purchases), past(shopper.views)];
  const orders = shopper.orders.filter(([time]) => time <= now);
  const recent = (times: readonly number[]): boolean => times.some((time) => time >= now - 30 * DAY);
  const abandoned = adds.some((added) => !purchases.some((bought) => bought >= added && bought <= added + 24 * HOUR));
  const browsing = views.some((first, index) => index + 2 < views.length && views[index + 2]! <= first + 24 * HOUR);
  const cents = orders.filter(([time]) => time >= now - 90 * DAY).reduce((sum, [, price]) => sum + price, 0);
  return {
    added: adds.length > 0,
    bought: purchases.length > 0,
    neverBought: adds.length > 0 && purchases.length === 0,
    abandoned,
    abandonedNested: abandoned,
    browsing,
    browsingCounted: browsing,
    loyalAbandoner:
      (shopper.tier === 'gold' || shopper.tier === 'silver') &&
      recent(adds) &&
      !recent(purchases) &&
      !recent(orders.map(([time]) => time)),
    spender: cents >= 30_000,
    severalDevices: shopper.known && shopper.ecids >= 2,
  };
}

function viewOf(shopper: Shopper): ProfileView {
  const xEvent: EventView[] = [
    ...shopper.adds.map(add),
    ...shopper.purchases.map(purchase),
    ...shopper.views.map(view),
    ...shopper.orders.map(([time, cents]) => storeOrder(time, cents / 100)),
  ];
  return {
    ...(shopper.tier === undefined ? {} : { loyalty: { tier: shopper.tier } }),
    identityMap: {
      ...(shopper.ecids > 0 ? { ecid: Array.from({ length: shopper.ecids }, (_, id) => ({ id: `${id}` })) } : {}),
      ...(shopper.known ? { CRMID: [{ id: 'C1' }] } : {}),
    },
    xEvent,
  };
}

/** Times that often lie exactly at the ends of the windows, and of each other. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((steps) => NOW - steps * 12 * HOUR),
  fc
    .tuple(fc.constantFrom(0, 24 * HOUR, 30 * DAY, 90 * DAY), fc.integer({ min: -1, max: 1 }))
    .map(([away, more]) => NOW - away - more),
);
const times = (maxLength: number): fc.Arbitrary<number[]> => fc.array(time, { maxLength });

const shopper: fc.Arbitrary<Shopper> = fc.record({
  adds: times(4),
  purchases: times(2),
  views: times(6),
  orders: fc.array(fc.tuple(time, fc.constantFrom(10, 20, 9_990, 10_000, 15_000, 29_970)), { maxLength: 4 }),
  tier: fc.constantFrom('gold', 'silver', 'none', undefined),
  ecids: fc.integer({ min: 0, max: 3 }),
  known: fc.boolean(),
});

describe('the audiences of a shop', () => {
  const set = segments(TEXTS);

  it('are what plain code says, now and at every next change', () => {
    fc.assert(
      fc.property(shopper, (one) => {
        const profile = viewOf(one);
        let now = NOW;
        for (let changes = 0; changes < 5; changes += 1) {
          expect(Object.fromEntries(set.evaluate(profile, now))).toEqual(expected(one, now));
          const next = set.nextChange(profile, now);
          if (next === undefined) break;
          expect(Object.fromEntries(set.evaluate(profile, next - 1))).toEqual(expected(one, now));
          now = next;
        }
        const end = now + 1000 * DAY;
        if (set.nextChange(profile, now) === undefined) {
          expect(Object.fromEntries(set.evaluate(profile, end))).toEqual(expected(one, now));
        }
      }),
      runs(2, 400),
    );
  });
});
