import { describe, expect, test } from 'vitest';
import type { Block } from '#core/segmentation/blocks/model.ts';
import { pqlOf } from '#core/segmentation/blocks/print.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';

const ORDER = 'eventType = "store.order"';
const IN_BLOCKS = [
  'loyalty.tier = "gold"',
  'loyalty.tier in ["gold", "silver"]',
  'not loyalty.tier in ["gold", "silver"]',
  'loyalty.tier notIn ["gold", "silver"]',
  'personalEmail.address.isNotNull()',
  'personalEmail.address.contains("@example.com", false)',
  'person.name.lastName.startsWith("No", false)',
  'homeAddress.countryCode.matches("^(DE|AT|CH)$")',
  'consents.marketing.email.val = "y"',
  'balance > -3',
  '`all`.`odd name` = "x"',
  'exists E from xEvent where E.eventType = "store.order"',
  'exists Order from xEvent where Order.eventType = "store.order" and Order.timestamp occurs <= 30 days before now',
  'not (exists E from xEvent where E.eventType = "store.order" and E.timestamp occurs <= 30 days before now)',
  `xEvent[${ORDER} and timestamp occurs <= 90 days before now].count() >= 3`,
  `xEvent[${ORDER}].count() = 1`,
  'xEvent.count() = 0',
  `xEvent[(${ORDER} or eventType = "web.order") and timestamp occurs <= 1 week before now].count() >= 3`,
  'xEvent[eventType = "a" or eventType = "b"].count() >= 3',
  'xEvent[commerce.productViews.value > 0 and web.webPageDetails.siteSection = "tents" and timestamp occurs <= 7 days before now].count() >= 3',
  'exists E from xEvent where E.web.webPageDetails.siteSection in ["tents", "stoves"] and E.timestamp occurs <= 14 days before now',
  `xEvent[${ORDER} and timestamp occurs <= 90 days before now].sum(commerce.order.priceTotal) >= 300`,
  `xEvent[${ORDER}].average(commerce.order.priceTotal) > 50`,
  `xEvent[${ORDER}].max(commerce.order.priceTotal) >= 500`,
  `xEvent[${ORDER} and timestamp occurs between now - 90 days and now - 30 days].count() >= 1`,
  `xEvent[${ORDER} and timestamp occurs > 60 days before now].count() >= 1`,
  `xEvent[${ORDER} and timestamp occurs between date(2026, 1, 1) and date(2026, 3, 31)].count() >= 1`,
  `xEvent[${ORDER} and timestamp occurs on today].count() >= 1`,
  `xEvent[${ORDER} and timestamp occurs on this month].count() >= 1`,
  `xEvent[${ORDER} and timestamp occurs <= 90 days before now].map(_riverbend.storeId).distinct().count() >= 2`,
  'CHAIN(xEvent, timestamp, [A: WHAT(commerce.productListAdds.value > 0) WHEN(<= 7 days before now), B: WHAT(commerce.purchases.value > 0) WHEN(<= 24 hours after A)])',
  'CHAIN(xEvent, timestamp, [A: WHAT(commerce.productListAdds.value > 0), B: WHAT(commerce.purchases.value > 0) WHEN(<= 24 hours after A) COUNT(0)])',
  'CHAIN(xEvent, timestamp, [Viewed: WHAT(commerce.productViews.value > 0) COUNT(3), B: WHAT(commerce.productListAdds.value > 0), C: WHAT(commerce.purchases.value > 0) COUNT(0)])',
  'identityMap.ECID.count() >= 2',
  `xEvent[${ORDER}].groupBy(_riverbend.storeId).count() >= 2`,
  'inSegment("gold-and-silver")',
  'not inSegment("cart-abandoners")',
  '(loyalty.tier = "gold" or loyalty.tier = "silver") and not (exists E from xEvent where E.eventType = "store.order")',
  'not (loyalty.tier = "gold" or inSegment("cart-abandoners"))',
];

const hasPql = (block: Block): boolean => block.kind === 'pql' || (block.kind === 'group' && block.items.some(hasPql));

describe('blocks of rules', () => {
  test.each(IN_BLOCKS)('%s can be edited as blocks, and stays as it is', (pql) => {
    const block = blocksOf(pql);
    expect(hasPql(block)).toBe(false);
    expect(pqlOf(block)).toBe(formatPql(parsePql(pql)));
  });

  test('what blocks cannot say is PQL in the smallest part that needs it', () => {
    const block = blocksOf(
      'loyalty.tier = "gold" and xEvent[eventType = "a"].count() > xEvent[eventType = "b"].count()',
    );
    expect(block).toMatchObject({ kind: 'group', items: [{ kind: 'attribute' }, { kind: 'pql' }] });
  });
});
