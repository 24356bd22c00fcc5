import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignToProfile } from '#core/profile/assign.ts';
import { foldRecords, linkableOf } from '#core/profile/fold.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import { emptyItem, type ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type EvaluateSettings, evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { isUnchanged } from '#core/segmentation/membership-changes.ts';
import { givesSameAnswers, saysNothing } from '#core/segmentation/same-answers.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { HOUR, NOW, segments } from '#tests/unit/segmentation/factories.ts';
import { history } from './generators.ts';
import { definitions } from './wide-rules.ts';

/** Events of three devices, some of which say whose device it is: people are joined and parted all the time. */
const records: fc.Arbitrary<AcceptedRecord[]> = fc
  .tuple(
    history(10),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('', '', '1', '2')), {
      minLength: 10,
      maxLength: 10,
    }),
  )
  .map(([events, who]) =>
    events.map(({ time, entity, id }, index) => {
      const [device, customer] = who[index]!;
      const identities = customer === '' ? [ecid(device)] : [`CRMID:${customer}`, ecid(device)];
      return event(time, identities, { ...entity, _id: id });
    }),
  );

const stitchable = (record: AcceptedRecord, settings: FoldSettings) => ({
  ...assignToProfile(record, settings),
  asserted: linkableOf(record, settings),
});

describe('memberships of people who are joined and parted', () => {
  it('equal evaluating the profiles that there are from scratch, from events that were pruned or not', {
    timeout,
  }, () => {
    const waits = fc.array(fc.constantFrom(0, 1, HOUR, 25 * HOUR), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(definitions, records, waits, (texts, coming, lengths) => {
        const set = segments(texts);
        const settings: EvaluateSettings = { ...profileSettings, segments: set, mappedAttributes: () => null };
        const folding = foldSettings({ projectEvent: set.projectEvent, retainEvents: (events) => set.retain(events) });
        let [item, whole]: ProfileItem[] = [emptyItem(ecid(1)), emptyItem(ecid(1))];
        let kept = noMemberships(ecid(1));
        let now = NOW - 2 * 24 * HOUR;
        const evaluate = (): void => {
          const after = evaluateItem(item!, kept, settings, now, 'changed');
          if (!isUnchanged(kept, after, now)) kept = after;
        };
        for (const [index, record] of coming.entries()) {
          now += lengths[index]!;
          if ((kept.dueAt ?? Number.POSITIVE_INFINITY) <= now) evaluate();
          const before = item!;
          item = foldRecords(before, [stitchable(record, folding)], folding).item;
          whole = foldRecords(whole!, [stitchable(record, foldSettings())], foldSettings()).item;
          const isNothing =
            index === 0 ? saysNothing(item, settings, now) : givesSameAnswers(before, item, settings, now);
          if (!isNothing) evaluate();
          const realized = Object.entries(kept.profiles).flatMap(([key, { segments: held }]) =>
            set.streamed.filter((id) => held[id]?.status === 'realized').map((id) => `${key} ${id}`),
          );
          const expected = profilesOf(whole, settings).flatMap(({ key, view }) => {
            const answers = set.evaluate(view, now);
            return set.streamed.filter((id) => answers.get(id)).map((id) => `${key} ${id}`);
          });
          expect({ index, realized: realized.sort() }).toEqual({ index, realized: expected.sort() });
        }
      }),
      runs(0.2, 400),
    );
  });
});
