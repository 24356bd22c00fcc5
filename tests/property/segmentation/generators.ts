import fc from 'fast-check';
import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import { DAY, HOUR, NOW } from '#tests/unit/segmentation/factories.ts';

/** Histories and rules that meet each other often: few fields, few values, round distances, many ties in time. */

const entity = fc.record(
  {
    kind: fc.constantFrom('a', 'b', 'c'),
    price: fc.constantFrom(0.1, 0.2, 10, 19.99),
    size: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['kind'] },
);

/** Mostly within two days around `now`, some up to a hundred days back, a few in the future. */
const distance = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 16 }).map((steps) => -steps * 3 * HOUR) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 14 }).map((weeks) => -weeks * 7 * DAY) },
  { weight: 1, arbitrary: fc.integer({ min: -2 * DAY, max: 2 * DAY }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, HOUR, DAY) },
);

export const history = (maxLength: number): fc.Arbitrary<EventView[]> =>
  fc
    .array(fc.tuple(distance, entity), { maxLength })
    .map((items) => items.map(([away, value], index) => ({ id: `e${index}`, time: NOW + away, entity: value })));

export const profileView = (maxEvents: number): fc.Arbitrary<ProfileView> =>
  fc.record({
    tier: fc.constantFrom('gold', 'none', null),
    renewal: fc.option(
      distance.map((away) => new Date(NOW + away).toISOString()),
      { nil: null },
    ),
    xEvent: history(maxEvents),
  });

const amount = fc.constantFrom(
  '3 hours',
  '24 hours',
  '1 day',
  '2 days',
  '1 week',
  '30 days',
  '1 month',
  '0 days',
  '1 year',
);
const operator = fc.constantFrom('<', '<=', '>', '>=', '=');
const direction = fc.constantFrom('before', 'after');
const moment = fc.constantFrom('now', 'now', 'now', 'today', 'yesterday', 'tomorrow', 'date(2018, 12, 17)');
const period = fc
  .tuple(fc.constantFrom('this', 'last', 'next'), fc.constantFrom('day', 'week', 'month', 'year', 'hour'))
  .map((words) => words.join(' '));

/** What may follow `occurs`; `others` are names of other events. */
export const timeCondition = (...others: string[]): fc.Arbitrary<string> => {
  const reference = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('now', ...others) }, moment);
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(operator, amount, direction, reference).map((words) => words.join(' ')) },
    { weight: 1, arbitrary: fc.tuple(direction, fc.oneof(reference, period)).map((words) => words.join(' ')) },
    { weight: 1, arbitrary: fc.oneof(period, fc.constantFrom('today', 'yesterday')).map((word) => `on ${word}`) },
    { weight: 1, arbitrary: fc.tuple(moment, reference).map(([from, to]) => `between ${from} and ${to}`) },
    { weight: 1, arbitrary: fc.tuple(operator, amount, direction, period).map((words) => words.join(' ')) },
  );
};

/** Instants to compare with; `others` are timestamps of other events. */
const instant = (...others: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('now', 'today', 'renewal', ...others),
    fc
      .tuple(fc.constantFrom('now', 'today', ...others), fc.constantFrom('+', '-'), amount)
      .map(([at, sign, length]) => `${at} ${sign} ${length}`),
  );

const comparison = fc.constantFrom('<', '<=', '>', '>=', '=', '!=');

/** A condition on one event that is called `name`, or has no name. */
const eventCondition = (name: string | undefined, others: readonly string[], depth: number): fc.Arbitrary<string> => {
  const dot = name === undefined ? '' : `${name}.`;
  const simple = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c').map((kind) => `${dot}kind = "${kind}"`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(`${dot}size > 1`, `${dot}size in [0, 2]`, `${dot}price < 15`, `not ${dot}size = 1`),
    },
    { weight: 3, arbitrary: timeCondition(...others).map((when) => `${dot}timestamp occurs ${when}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(comparison, instant(...others.map((other) => `${other}.timestamp`)))
        .map(([sign, at]) => `${dot}timestamp ${sign} (${at})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('+', '-'), amount, comparison, instant(...others.map((other) => `${other}.timestamp`)))
        .map(([move, length, sign, at]) => `(${dot}timestamp ${move} ${length}) ${sign} (${at})`),
    },
    ...(others.length === 0
      ? []
      : [{ weight: 1, arbitrary: fc.constantFrom(...others).map((other) => `${dot}size >= ${other}.size`) }]),
  );
  if (depth === 0) return simple;
  const inner = fc.oneof(
    { weight: 3, arbitrary: simple },
    { weight: 1, arbitrary: eventRule(depth - 1, name === undefined ? others : [...others, name]) },
  );
  return fc.oneof(
    simple,
    fc.tuple(simple, inner).map(([a, b]) => `(${a} and ${b})`),
    fc.tuple(simple, simple).map(([a, b]) => `(${a} or ${b})`),
  );
};

const VARIABLES = ['E', 'F', 'G'] as const;

/** A condition on the events of the profile. */
function eventRule(depth: number, others: readonly string[] = []): fc.Arbitrary<string> {
  const name = VARIABLES[others.length]!;
  const named = eventCondition(name, others, depth);
  const filter = others.length > 0 ? undefined : eventCondition(undefined, [], 0);
  const quantified = fc
    .tuple(fc.constantFrom('exists', 'exists', 'forall'), named)
    .map(([word, condition]) => `(${word} ${name} from xEvent where ${condition})`);
  const counted = fc
    .tuple(named, comparison, fc.integer({ min: 0, max: 3 }))
    .map(([condition, sign, least]) => `(select ${name} from xEvent where ${condition}).count() ${sign} ${least}`);
  if (filter === undefined) return fc.oneof(quantified, counted);
  return fc.oneof(
    quantified,
    counted,
    fc
      .tuple(filter, comparison, fc.integer({ min: 0, max: 3 }))
      .map(([condition, sign, least]) => `xEvent[${condition}].count() ${sign} ${least}`),
    fc.tuple(filter, filter).map(([a, b]) => `(exists E from xEvent[${a}] where xEvent[${b}].count() = 1)`),
    fc
      .tuple(filter, comparison, fc.constantFrom(0, 0.3, 20, 30))
      .map(([condition, sign, total]) => `xEvent[${condition}].sum(price) ${sign} ${total}`),
  );
}

const attributeRule = fc.oneof(
  fc.constantFrom('tier = "gold"', 'tier in ["none", "silver"]', 'tier != "gold"'),
  timeCondition().map((when) => `renewal occurs ${when}`),
  fc.tuple(comparison, instant()).map(([sign, at]) => `renewal ${sign} ${at}`),
  fc.tuple(comparison, instant()).map(([sign, at]) => `now ${sign} (${at})`),
);

/** A whole rule, as text. */
export const rule: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fc.boolean(), fc.oneof({ weight: 3, arbitrary: eventRule(1) }, { weight: 1, arbitrary: attributeRule })),
    { minLength: 1, maxLength: 3 },
  )
  .chain((parts) =>
    fc
      .constantFrom(' and ', ' or ')
      .map((word) => parts.map(([negated, part]) => (negated ? `not (${part})` : part)).join(word)),
  );

/** A chain of up to four steps, some of them excluded, some relative to others. */
export const chain: fc.Arbitrary<string> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('a', 'b', 'c', undefined),
      count: fc.constantFrom(1, 1, 1, 1, 2, 3, 0, 0),
      pick: fc.nat(),
      when: fc.option(fc.tuple(fc.constantFrom('<=', '<', '>=', '>'), amount, direction, fc.boolean()), {
        nil: undefined,
      }),
      correlated: fc.integer({ min: 0, max: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((steps) => {
    const texts = steps.map(({ kind, count, pick, when, correlated }, index) => {
      const known = steps.flatMap((step, other) => (other < index && step.count > 0 ? [`S${other}`] : []));
      const other = known[pick % Math.max(1, known.length)];
      const kindText = kind === undefined ? 'size >= 0' : `kind = "${kind}"`;
      const what = correlated === 0 && other !== undefined ? `${kindText} and size >= ${other}.size` : kindText;
      const reference = when?.[3] && other !== undefined ? other : 'now';
      const clause =
        when === undefined
          ? ''
          : ` WHEN(${when[0]} ${when[1]} ${reference === 'now' ? 'before' : when[2]} ${reference})`;
      return `S${index}: WHAT(${what})${clause} COUNT(${count})`;
    });
    const happening = steps.flatMap(({ count, pick }, index) => (count > 0 ? [{ name: `S${index}`, pick }] : []));
    const [first, last] = [happening[0], happening.at(-1)];
    const where =
      first && last && first !== last && last.pick % 5 === 0 ? ` WHERE ${first.name}.size != ${last.name}.size` : '';
    return `(CHAIN(xEvent, timestamp, [${texts.join(', ')}])${where})`;
  });
