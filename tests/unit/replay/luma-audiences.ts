import { at, type LumaEvent, type LumaPerson } from './luma-persons.ts';

/** An audience in PQL, and the same in plain JavaScript. */
export interface Audience {
  readonly pql: string;
  is(person: LumaPerson, now: number, isIn: (id: string) => boolean): boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const measure =
  (path: string) =>
  ({ entity }: LumaEvent): boolean =>
    Number(at(entity, `${path}.value`) ?? 0) > 0;
const isPageView = measure('web.webPageDetails.pageViews');
const isView = measure('commerce.productViews');
const isAdd = measure('commerce.productListAdds');
const isPurchase = measure('commerce.purchases');
const isOrder = ({ entity }: LumaEvent): boolean => entity.eventType === 'store.order';
const isLogin = ({ entity }: LumaEvent): boolean => entity.eventType === 'userAccount.login';
const totalOf = ({ entity }: LumaEvent): number => Number(at(entity, 'commerce.order.priceTotal'));
const cents = (amounts: readonly number[]): number =>
  amounts.reduce((sum, amount) => sum + Math.round(amount * 100), 0);

const section = ({ entity }: LumaEvent): unknown => at(entity, 'web.webPageDetails.siteSection');
const itemsOf = ({ entity }: LumaEvent): { SKU?: string; priceTotal?: number }[] =>
  (entity.productListItems ?? []) as { SKU?: string; priceTotal?: number }[];

const VIEW = 'commerce.productViews.value > 0';
const ADD = 'commerce.productListAdds.value > 0';
const BUY = 'commerce.purchases.value > 0';
const PAGE = 'web.webPageDetails.pageViews.value > 0';
const ORDER = 'eventType = "store.order"';

/** Of devices and their web events. */
export const ONLINE: Readonly<Record<string, Audience>> = {
  'busy-week': {
    pql: `xEvent[${PAGE} and timestamp occurs <= 7 days before now].count() >= 20`,
    is: ({ events }, now) => events.filter((e) => isPageView(e) && now - e.time <= 7 * DAY).length >= 20,
  },
  'two-carts-in-a-month': {
    pql: `CHAIN(xEvent, timestamp, [A: WHAT(${ADD}) WHEN(<= 30 days before now) COUNT(2)])`,
    is: ({ events }, now) => events.filter((e) => isAdd(e) && now - e.time <= 30 * DAY).length >= 2,
  },
  'bought-exactly-once': {
    pql: `xEvent[${BUY}].count() = 1`,
    is: ({ events }) => events.filter(isPurchase).length === 1,
  },
  'large-baskets': {
    pql: `xEvent[${BUY}].sum(productListItems.priceTotal) >= 150.5`,
    is: ({ events }) =>
      cents(events.filter(isPurchase).flatMap((e) => itemsOf(e).map(({ priceTotal }) => priceTotal ?? 0))) >= 15_050,
  },
  'view-then-cart-then-nothing': {
    pql: `CHAIN(xEvent, timestamp, [V: WHAT(${VIEW}), A: WHAT(${ADD}) WHEN(<= 1 hour after V),
      P: WHAT(${BUY}) WHEN(<= 24 hours after A) COUNT(0)])`,
    is: ({ events }) =>
      events.some((view, first) => {
        const carts = events.filter((e, second) => second !== first && isAdd(e) && isWithin(view, e, HOUR));
        return (
          isView(view) &&
          carts.some((cart) => !events.some((e) => e !== view && e !== cart && isPurchase(e) && isWithin(cart, e, DAY)))
        );
      }),
  },
  'no-checkout-between': {
    pql: `CHAIN(xEvent, timestamp, [A: WHAT(${ADD}), C: WHAT(commerce.checkouts.value > 0) COUNT(0), B: WHAT(${ADD}) WHEN(> 1 day after A)])`,
    is: ({ events }) =>
      pairs(events.filter(isAdd)).some(
        ([a, b]) =>
          b.time > a.time + DAY &&
          !events.some(
            (e) => e !== a && e !== b && measure('commerce.checkouts')(e) && e.time >= a.time && e.time <= b.time,
          ),
      ),
  },
  'many-sections': {
    pql: 'xEvent[web.webPageDetails.siteSection.isNotNull() and timestamp >= now - 20 days].groupBy(web.webPageDetails.siteSection).count() >= 8',
    is: ({ events }, now) =>
      new Set(events.filter((e) => now - e.time <= 20 * DAY).flatMap((e) => section(e) ?? [])).size >= 8,
  },
  'jackets-or-hoodies': {
    pql: `exists E from xEvent where E.web.webPageDetails.siteSection like "tops: %" and E.web.webPageDetails.siteSection.notEqualTo("tops: tees")
      and E.timestamp occurs between date(2018, 11, 20) and date(2018, 12, 5)`,
    is: ({ events }) =>
      events.some(
        (e) =>
          String(section(e) ?? '').startsWith('tops: ') &&
          section(e) !== 'tops: tees' &&
          e.time >= Date.parse('2018-11-20T00:00:00Z') &&
          e.time < Date.parse('2018-12-06T00:00:00Z'),
      ),
  },
  'a-cheap-item': {
    pql: 'exists E from xEvent, I from E.productListItems where I.priceTotal > 0 and I.priceTotal <= 10',
    is: ({ events }) => events.some((e) => itemsOf(e).some(({ priceTotal = 0 }) => priceTotal > 0 && priceTotal <= 10)),
  },
  'a-bottle-of-water': {
    pql: 'CHAIN(xEvent, timestamp, [C0: WHAT(productListItems.exists(SKU.contains("WATER bottle", false)))])',
    is: ({ events }) =>
      events.some((e) => itemsOf(e).some(({ SKU = '' }) => SKU.toLowerCase().includes('water bottle'))),
  },
  'viewed-no-bricks': {
    pql: `(select E from xEvent where E.${VIEW}, I from E.productListItems where I.SKU.startsWith("a"))
      and xEvent[${VIEW}].forall(productListItems.forall(SKU.doesNotContain("brick")))`,
    is: ({ events }) =>
      events.some((e) => isView(e) && itemsOf(e).some(({ SKU }) => SKU?.startsWith('a'))) &&
      events.filter(isView).every((e) => itemsOf(e).every(({ SKU }) => SKU !== undefined && !SKU.includes('brick'))),
  },
  'carts-without-purchases': {
    pql: 'inSegment("two-carts-in-a-month") and not inSegment("bought-exactly-once")',
    is: (_, _now, isIn) => isIn('two-carts-in-a-month') && !isIn('bought-exactly-once'),
  },
};

/** Of people, with what they did online and in stores. */
export const OMNICHANNEL: Readonly<Record<string, Audience>> = {
  'americans-who-bought-online': {
    pql: `homeAddress.countryCode = "US" and (exists E from xEvent where E.${BUY})`,
    is: ({ customer, events }) => customer?.country === 'US' && events.some(isPurchase),
  },
  'a-large-order': {
    pql: `xEvent[${ORDER}].max(commerce.order.priceTotal) >= 180`,
    is: ({ events }) => events.some((e) => isOrder(e) && totalOf(e) >= 180),
  },
  'never-a-small-order': {
    pql: `xEvent[${ORDER}].count() >= 2 and xEvent[${ORDER}].min(commerce.order.priceTotal) >= 50`,
    is: ({ events }) => events.filter(isOrder).length >= 2 && events.filter(isOrder).every((e) => totalOf(e) >= 50),
  },
  'a-high-average': {
    pql: `xEvent[${ORDER} and timestamp occurs <= 90 days before now].average(commerce.order.priceTotal) > 95.5`,
    is: ({ events }, now) => {
      const orders = events.filter((e) => isOrder(e) && now - e.time <= 90 * DAY);
      return orders.length > 0 && cents(orders.map(totalOf)) > 9550 * orders.length;
    },
  },
  'several-stores': {
    pql: `xEvent[${ORDER}]._luma.storeId.distinct().count() >= 3`,
    is: ({ events }) => new Set(events.filter(isOrder).map(({ entity }) => at(entity, '_luma.storeId'))).size >= 3,
  },
  'many-items': {
    pql: `xEvent[${ORDER} and timestamp >= now - 60 days].sum(_luma.itemCount) > 8`,
    is: ({ events }, now) =>
      events
        .filter((e) => isOrder(e) && now - e.time <= 60 * DAY)
        .reduce((sum, { entity }) => sum + Number(at(entity, '_luma.itemCount')), 0) > 8,
  },
  lapsed: {
    pql: `consents.marketing.email.val = "y" and (exists O from xEvent where O.${ORDER})
      and not (exists R from xEvent where (R.${ORDER} or R.${BUY}) and R.timestamp occurs <= 45 days before now)`,
    is: ({ customer, events }, now) =>
      customer?.consentEmail === 'y' &&
      events.some(isOrder) &&
      !events.some((e) => (isOrder(e) || isPurchase(e)) && now - e.time <= 45 * DAY),
  },
  'bought-soon-after-a-login': {
    pql: `CHAIN(xEvent, timestamp, [L: WHAT(eventType = "userAccount.login"), P: WHAT(${BUY} or ${ORDER}) WHEN(<= 7 days after L)])`,
    is: ({ events }) =>
      events.some((l) => isLogin(l) && events.some((p) => (isPurchase(p) || isOrder(p)) && isWithin(l, p, 7 * DAY))),
  },
  'online-then-in-store': {
    pql: `exists V from xEvent where V.${VIEW} and (exists O from xEvent where O.${ORDER} and O.timestamp > V.timestamp and O.timestamp - V.timestamp <= 3 days)`,
    is: ({ events }) =>
      events.some((v) => isView(v) && events.some((o) => isOrder(o) && o.time > v.time && o.time - v.time <= 3 * DAY)),
  },
  'a-moderate-sum': {
    pql: `let S = (sum X.commerce.order.priceTotal over X from xEvent where X.${ORDER}) in (S > 100 and S < 200)`,
    is: ({ events }) => {
      const spent = cents(events.filter(isOrder).map(totalOf));
      return spent > 10_000 && spent < 20_000;
    },
  },
  'two-large-orders': {
    pql: `xEvent[${ORDER}].topN(commerce.order.priceTotal, 2).sum(commerce.order.priceTotal) > 250`,
    is: ({ events }) =>
      cents(
        events
          .filter(isOrder)
          .map(totalOf)
          .sort((x, y) => y - x)
          .slice(0, 2),
      ) > 25_000,
  },
  'by-tier': {
    pql: `if(loyalty.tier = "gold", xEvent[${ORDER}].count() >= 3, xEvent[${ORDER}].count() >= 5)`,
    is: ({ customer, events }) => events.filter(isOrder).length >= (customer?.tier === 'gold' ? 3 : 5),
  },
  'active-on-two-devices': {
    pql: `identityMap.ECID.count() >= 2 and (exists E from xEvent where E.${PAGE} and E.timestamp occurs <= 14 days before now)`,
    is: ({ devices, events }, now) =>
      devices.length >= 2 && events.some((e) => isPageView(e) && now - e.time <= 14 * DAY),
  },
  'not-this-month': {
    pql: `loyalty.tier != "none" and forall E from xEvent where not (E.${ORDER} and E.timestamp occurs this month)`,
    is: ({ customer, events }) =>
      customer !== undefined &&
      customer.tier !== 'none' &&
      !events.some((e) => isOrder(e) && e.time >= Date.parse('2018-12-01T00:00:00Z')),
  },
  'good-customers-gone-quiet': {
    pql: 'inSegment("several-stores") and (inSegment("lapsed") or inSegment("not-this-month"))',
    is: (_, _now, isIn) => isIn('several-stores') && (isIn('lapsed') || isIn('not-this-month')),
  },
};

const isWithin = (from: LumaEvent, to: LumaEvent, most: number): boolean =>
  to.time >= from.time && to.time - from.time <= most;

const pairs = <T>(items: readonly T[]): [T, T][] =>
  items.flatMap((a) => items.flatMap((b): [T, T][] => (a === b ? [] : [[a, b]])));
