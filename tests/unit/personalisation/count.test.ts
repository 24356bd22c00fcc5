import { describe, expect, it } from 'vitest';
import { countActivities } from '#core/personalisation/count.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { activitiesOf } from '#tests/harness/core/activities.ts';
import { MemoryActivityCounts } from '#tests/harness/core/activity-counts.memory.ts';
import { linkingRules } from '#tests/harness/core/factories.ts';
import { interaction, spoken } from '#tests/harness/core/interactions.ts';

const conversion = { eventType: 'commerce.purchases' };
const activities = activitiesOf(
  { id: 'banner', control: 10, conversion, experiences: [{ id: 'gold' }, { id: 'silver' }] },
  { id: 'person', splitBy: 'person', conversion },
  { id: 'draft', lifecycleState: 'draft' },
);

/** A shop that counts. */
function shop() {
  const counts = new MemoryActivityCounts();
  const deps = { activities, counts, namespaces: linkingRules(), backoff: async () => {} };
  let id = 0;
  const next = (): string => `e${id++}`;
  return {
    counts,
    count: (...records: AcceptedRecord[]) => countActivities(records, deps),
    shown: (time: number, who: string | string[], activity = 'banner', experience = 'gold') =>
      spoken(next(), time, [who].flat(), interaction('display', [activity, experience])),
    clicked: (time: number, who: string, experience = 'gold') =>
      spoken(next(), time, [who], interaction('interact', ['banner', experience])),
    bought: (time: number, ...who: string[]) => spoken(next(), time, who, conversion),
    /** `experience displays/visitors/clicks/conversions` */
    totals: async (activity = 'banner') =>
      [...(await counts.totals([activity])).get(activity)!]
        .map(([experience, { displays, visitors, clicks, conversions }]) =>
          [experience, [displays, visitors, clicks, conversions].join('/')].join(' '),
        )
        .sort(),
  };
}

describe('displays and clicks', () => {
  it('are counted by experience, each once, and visitors apart', async () => {
    const { count, shown, clicked, totals } = shop();
    const first = shown(1, 'ECID:1');
    await count(first, shown(2, 'ECID:1'), shown(3, 'ECID:2', 'banner', 'silver'), clicked(4, 'ECID:1'), first);
    await count(first, shown(5, 'ECID:3', 'banner', 'control'));
    expect(await totals()).toEqual(['control 1/1/0/0', 'gold 2/1/1/0', 'silver 1/1/0/0']);
  });

  it('of a page view that also says what was shown count as well', async () => {
    const { count, totals } = shop();
    const entity = { ...interaction('display', ['banner', 'gold']), eventType: 'web.webpagedetails.pageViews' };
    await count(spoken('x', 1, ['ECID:1'], entity));
    expect(await totals()).toEqual(['gold 1/1/0/0']);
  });

  it('of one event count once for each experience that it names, however often', async () => {
    const { count, totals } = shop();
    const named = interaction('display', ['banner', 'gold'], ['person', 'a'], ['banner', 'gold']);
    await count(spoken('x', 1, ['ECID:1'], named));
    expect([await totals(), await totals('person')]).toEqual([['gold 1/1/0/0'], ['a 1/1/0/0']]);
  });

  it('of what there is not, or is not ours, do not count', async () => {
    const { count, totals } = shop();
    const unsigned = {
      eventType: 'decisioning.propositionDisplay',
      _experience: { decisioning: { propositions: 'x' } },
    };
    const wrong = [
      interaction('display', ['banner', 'bronze'], ['nothing', 'gold'], ['draft', 'a']),
      { ...interaction('display', ['banner', 'gold']), _experience: null },
      unsigned,
      { _experience: { decisioning: { propositions: [null, 7, {}], propositionEventType: { display: 1 } } } },
      {
        _experience: {
          decisioning: {
            propositions: [{ scopeDetails: { characteristics: { eventToken: {} } } }],
            propositionEventType: { display: 1 },
          },
        },
      },
    ];
    await count(...wrong.map((entity, n) => spoken(`w${n}`, 1, ['ECID:1'], entity)));
    expect([await totals(), await totals('draft'), await totals('nothing')]).toEqual([[], [], []]);
  });

  it('of two devices whose events have the same id are two', async () => {
    const { count, totals } = shop();
    const named = interaction('display', ['banner', 'gold']);
    await count(spoken('same', 1, ['ECID:1'], named), spoken('same', 1, ['ECID:2'], named));
    expect(await totals()).toEqual(['gold 2/2/0/0']);
  });
});

describe('a success', () => {
  it('counts once for whoever saw an experience before, for the one seen last', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(1, 'ECID:1'), shown(3, 'ECID:1', 'banner', 'silver'));
    await count(bought(5, 'ECID:1'), bought(6, 'ECID:1'), bought(5, 'ECID:2'));
    expect(await totals()).toEqual(['gold 1/1/0/0', 'silver 1/1/0/1']);
  });

  it('before the display is none', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(2, 'ECID:1'), bought(1, 'ECID:1'));
    expect(await totals()).toEqual(['gold 1/1/0/0']);
  });

  it('counts where the first display was noted after a later one', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(9, 'ECID:1'), shown(1, 'ECID:1'), bought(5, 'ECID:1'));
    expect(await totals()).toEqual(['gold 2/1/0/1']);
  });

  it('of a person counts on another device, or in a store, once', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(1, ['ECID:1', 'CRMID:7'], 'person', 'a'), shown(2, ['ECID:2', 'CRMID:7'], 'person', 'a'));
    await count(bought(3, 'CRMID:7'), bought(4, 'ECID:1', 'CRMID:7'));
    expect(await totals('person')).toEqual(['a 2/1/0/1']);
  });

  it('of a person who saw it before and after the login counts once, whichever identity comes later', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(1, 'ECID:1', 'person', 'a'), shown(2, ['ECID:1', 'CRMID:7'], 'person', 'a'));
    await count(bought(3, 'ECID:1', 'CRMID:7'));
    await count(bought(4, 'ECID:1'), bought(5, 'CRMID:7'));
    expect(await totals('person')).toEqual(['a 2/2/0/1']);
  });

  it('of a device does not count for another', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(1, 'ECID:1'), bought(2, 'ECID:2', 'CRMID:7'));
    expect(await totals()).toEqual(['gold 1/1/0/0']);
  });

  it('in the same batch as the display counts', async () => {
    const { count, shown, bought, totals } = shop();
    await count(shown(1, 'ECID:1'), bought(2, 'ECID:1'));
    expect(await totals()).toEqual(['gold 1/1/0/1']);
  });
});

it('counting costs nothing where no event says anything about an activity', async () => {
  const counts = new Proxy(new MemoryActivityCounts(), {
    get: (_, name) => () => {
      throw new Error(`${String(name)} was called`);
    },
  });
  const deps = { activities, counts, namespaces: linkingRules(), backoff: async () => {} };
  await countActivities([spoken('a', 1, ['ECID:1'], { eventType: 'web.webpagedetails.pageViews' })], deps);
});
