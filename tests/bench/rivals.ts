import { parse } from '@marcbachmann/cel-js';
import jsonLogic from 'json-logic-js';
import { type SegmentDefinition, segmentDefinition } from '#core/segmentation/definition.ts';
import type { EventView, ProfileView } from '#core/segmentation/segment-set.ts';
import { compileSegments, type SegmentSet } from '#core/segmentation/segment-set.ts';

/** The same rules in three languages: PQL, JsonLogic and CEL. A window begins at the instant `from(days)`. */
interface Rule {
  readonly pql: string;
  readonly jsonLogic: unknown;
  readonly cel: string;
}

const DAY = 86_400_000;
const TIERS = ['gold', 'silver', 'bronze', 'none'];
const SECTIONS = ['home', 'profile', 'en: men', 'en: women', 'en: equipment', 'men', 'women', 'gear'];
const MEASURES = ['productViews', 'productListAdds', 'purchases', 'checkouts', 'productListViews'];
const DAYS = [1, 3, 7, 14, 30, 60, 90];
const pick = <T>(values: readonly T[], at: number): T => values[at % values.length]!;

/** `size` rules of five kinds, each of which all three languages can say. */
export function rulesInThreeLanguages(size: number, now: number): Rule[] {
  const from = (days: number): number => now - days * DAY;
  const within = (days: number) => ({ '>=': [{ var: 'time' }, from(days)] });
  const some = (...conditions: unknown[]) => ({ some: [{ var: 'events' }, { and: conditions }] });
  const measured = (name: string) => ({ '>': [{ var: `entity.commerce.${name}.value` }, 0] });
  const measuredCel = (name: string): string =>
    `has(e.entity.commerce) && has(e.entity.commerce.${name}) && e.entity.commerce.${name}.value > 0.0`;
  const section = (text: string) => ({ '==': [{ var: 'entity.web.webPageDetails.siteSection' }, text] });
  const sectionCel = (text: string): string =>
    `has(e.entity.web) && has(e.entity.web.webPageDetails) && has(e.entity.web.webPageDetails.siteSection) && e.entity.web.webPageDetails.siteSection == "${text}"`;

  const kinds: readonly ((n: number) => Rule)[] = [
    (n) => ({
      pql: `loyalty.tier in ["${pick(TIERS, n)}", "platinum"] and loyalty.points >= ${100 * n}`,
      jsonLogic: {
        and: [
          { in: [{ var: 'loyalty.tier' }, [pick(TIERS, n), 'platinum']] },
          { '>=': [{ var: 'loyalty.points' }, 100 * n] },
        ],
      },
      cel: `loyalty.tier in ["${pick(TIERS, n)}", "platinum"] && loyalty.points >= ${100 * n}.0`,
    }),
    (n) => ({
      pql: `exists E from xEvent where E.web.webPageDetails.siteSection = "${pick(SECTIONS, n)}"`,
      jsonLogic: some(section(pick(SECTIONS, n))),
      cel: `events.exists(e, ${sectionCel(pick(SECTIONS, n))})`,
    }),
    (n) => ({
      pql: `exists E from xEvent where E.commerce.${pick(MEASURES, n)}.value > 0
        and E.timestamp occurs <= ${pick(DAYS, n)} days before now`,
      jsonLogic: some(within(pick(DAYS, n)), measured(pick(MEASURES, n))),
      cel: `events.exists(e, e.time >= ${from(pick(DAYS, n))}.0 && ${measuredCel(pick(MEASURES, n))})`,
    }),
    (n) => ({
      pql: `xEvent[web.webPageDetails.siteSection = "${pick(SECTIONS, n)}"
        and timestamp occurs <= ${pick(DAYS, n + 2)} days before now].count() >= ${2 + (n % 5)}`,
      jsonLogic: {
        '>=': [
          {
            reduce: [
              { filter: [{ var: 'events' }, { and: [within(pick(DAYS, n + 2)), section(pick(SECTIONS, n))] }] },
              { '+': [1, { var: 'accumulator' }] },
              0,
            ],
          },
          2 + (n % 5),
        ],
      },
      cel: `events.filter(e, e.time >= ${from(pick(DAYS, n + 2))}.0 && ${sectionCel(pick(SECTIONS, n))}).size() >= ${2 + (n % 5)}`,
    }),
    (n) => ({
      pql: `(exists A from xEvent where A.commerce.productListAdds.value > 0
          and A.timestamp occurs <= ${pick(DAYS, n)} days before now)
        and not (exists P from xEvent where P.commerce.purchases.value > 0
          and P.timestamp occurs <= ${pick(DAYS, n)} days before now)`,
      jsonLogic: {
        and: [
          some(within(pick(DAYS, n)), measured('productListAdds')),
          { '!': [some(within(pick(DAYS, n)), measured('purchases'))] },
        ],
      },
      cel: `events.exists(e, e.time >= ${from(pick(DAYS, n))}.0 && ${measuredCel('productListAdds')})
        && !events.exists(e, e.time >= ${from(pick(DAYS, n))}.0 && ${measuredCel('purchases')})`,
    }),
  ];
  return Array.from({ length: size }, (_, index) => kinds[index % kinds.length]!(Math.floor(index / kinds.length)));
}

/** Answers of all rules about one profile, in their order. */
export type Evaluator = (profile: ProfileView) => boolean[];

/** The three engines, each with the rules prepared as well as it can. */
export function engines(
  rules: readonly Rule[],
  now: number,
): { set: SegmentSet; evaluators: Readonly<Record<string, Evaluator>> } {
  const definition = (value: string, index: number): SegmentDefinition =>
    segmentDefinition.parse({
      id: `r${index}`,
      name: `r${index}`,
      expression: { type: 'PQL', format: 'pql/text', value },
    });
  const set = compileSegments(rules.map(({ pql }, index) => definition(pql, index)));
  const expressions = rules.map(({ cel }) => parse(cel));
  const evaluators: Record<string, Evaluator> = {
    Tributary(profile) {
      const look = set.evaluator(profile);
      return rules.map((_, index) => look.answer(`r${index}`, now).isMember);
    },
    'json-logic-js 2.0.5': (profile) => {
      const data = { ...profile, events: past(profile, now) };
      return rules.map((rule) => jsonLogic.apply(rule.jsonLogic, data) === true);
    },
    '@marcbachmann/cel-js 8.0.0': (profile) => {
      const data = { ...profile, events: past(profile, now) };
      return expressions.map((expression) => expression(data) === true);
    },
  };
  return { set, evaluators };
}

const past = ({ xEvent }: ProfileView, now: number): readonly EventView[] => xEvent.filter(({ time }) => time <= now);
