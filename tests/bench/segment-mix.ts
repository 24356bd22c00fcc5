import { type SegmentDefinition, segmentDefinition } from '#core/segmentation/definition.ts';

const SECTIONS = ['home', 'profile', 'en: men', 'en: women', 'en: equipment', 'en: community', 'men', 'women', 'gear'];
const CITIES = ['ashburn', 'denver', 'jamaica plain', 'lehi', 'new york', 'san jose', 'chicago', 'london'];
const MEASURES = ['productViews', 'productListAdds', 'purchases', 'checkouts', 'productListViews', 'productListOpens'];
const TIERS = ['gold', 'silver', 'bronze', 'none'];
const DAYS = [1, 3, 7, 14, 30, 60, 90];

const pick = <T>(values: readonly T[], at: number): T => values[at % values.length]!;

/** Kinds of segments as shops have them, each with many variants; `n` says which. */
const KINDS: readonly ((n: number) => string)[] = [
  (n) => `exists E from xEvent where E.web.webPageDetails.siteSection = "${pick(SECTIONS, n)}"`,
  (n) => `exists E from xEvent where E.commerce.${pick(MEASURES, n)}.value > 0
    and E.timestamp occurs <= ${pick(DAYS, n)} days before now`,
  (n) => `xEvent[web.webPageDetails.siteSection = "${pick(SECTIONS, n)}"
    and timestamp occurs <= ${pick(DAYS, n + 2)} days before now].count() >= ${2 + (n % 5)}`,
  (n) => `(exists A from xEvent where A.commerce.productListAdds.value > 0
      and A.timestamp occurs <= ${pick(DAYS, n)} days before now)
    and not (exists P from xEvent where P.commerce.purchases.value > 0
      and P.timestamp occurs <= ${pick(DAYS, n)} days before now)`,
  (n) => `loyalty.tier = "${pick(TIERS, n)}" and identityMap.ECID.count() >= ${1 + (n % 3)}`,
  (n) => `CHAIN(xEvent, timestamp, [V: WHAT(commerce.productViews.value > 0),
      A: WHAT(commerce.${pick(['productListAdds', 'checkouts'], n)}.value > 0)
        WHEN(<= ${pick([1, 6, 24, 48], n)} hours after V)])`,
  (n) => `xEvent[commerce.purchases.value > 0 and timestamp occurs <= ${pick(DAYS, n + 3)} days before now]
    .sum(commerce.order.priceTotal) >= ${50 * (1 + (n % 6))}`,
  (n) => `loyalty.tier in ["gold", "silver"] and (exists E from xEvent
    where E.placeContext.geo.city = "${pick(CITIES, n)}" and E.application.launches.value > 0)`,
  (n) => `(exists E from xEvent where E.commerce.${pick(MEASURES, n)}.value > 0)
    and not (exists R from xEvent where R.commerce.${pick(MEASURES, n)}.value > 0
      and R.timestamp occurs <= ${pick(DAYS, n + 4)} days before now)`,
];

/** `size` segments of mixed kinds over the fields of the web events; every tenth is built on two others. */
export function segmentMix(size: number): SegmentDefinition[] {
  return Array.from({ length: size }, (_, index) => {
    const n = Math.floor(index / 10);
    const id = `mix-${index}`;
    const isBuilt = index % 10 === 9;
    const value = isBuilt
      ? `inSegment("mix-${index - 9 + (n % 9)}") and not inSegment("mix-${index - 9 + ((n + 4) % 9)}")`
      : KINDS[index % 10]!(n);
    return segmentDefinition.parse({ id, name: id, expression: { type: 'PQL', format: 'pql/text', value } });
  });
}
