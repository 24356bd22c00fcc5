import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldProfiles, type Profile, type ProfileRecord } from '#core/library/profile.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, foldSettings, linkingRules } from '#tests/harness/core/factories.ts';
import { allProfiles, profileSettings } from '#tests/harness/core/profiles.ts';
import { runs } from '#tests/harness/runs.ts';

const linking = { namespacePriority: ['CRMID', 'Email', 'IDFA', 'ECID'], uniqueNamespaces: ['CRMID'] };
const device = fc.integer({ min: 1, max: 5 }).map(ecid);
const person = fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd', 'CRMID:null');
const time = fc.integer({ min: 0, max: 60 });
const field = fc.record({ a: fc.integer(), b: fc.integer(), c: fc.record({ d: fc.integer() }) }, { requiredKeys: [] });

const record: fc.Arbitrary<ProfileRecord> = fc.oneof(
  fc.record({
    datasetId: fc.constantFrom('crm', 'shop'),
    behaviour: fc.constant('record' as const),
    identities: fc.oneof(fc.tuple(person), fc.tuple(person, fc.constant('Email:a@x.org')), fc.tuple(device)),
    time,
    entity: field,
    operation: fc.constantFrom('create' as const, 'merge' as const, 'delete' as const),
  }),
  fc.record({
    datasetId: fc.constantFrom('web', 'logins'),
    behaviour: fc.constant('event' as const),
    identities: fc.oneof(fc.tuple(device), fc.tuple(person, device), fc.tuple(person, device, device)),
    time,
    entity: field,
  }),
);

const comparable = (profiles: readonly Profile[]): object[] =>
  profiles.map(({ view, ...profile }) => ({
    ...profile,
    view: { ...view, xEvent: [...view.xEvent].sort((x, y) => x.time - y.time || (x.id < y.id ? -1 : 1)) },
  }));

it('makes the profiles of records that the platform makes of them, in whatever batches they come', async () => {
  const batches = fc.array(fc.array(record, { maxLength: 12 }), { maxLength: 5 });
  const settings = { ...foldSettings(), links: linkingRules({ priority: linking.namespacePriority }) };
  const backoff = async (): Promise<void> => {};
  await fc.assert(
    fc.asyncProperty(batches, async (given) => {
      const profiles = new MemoryProfileStore();
      const timeline = new MemoryTimeline();
      let place = 0;
      const all: ProfileRecord[] = [];
      for (const batch of given) {
        const accepted = batch.map((one): AcceptedRecord => {
          all.push({ ...one, id: `record ${place}` });
          return acceptedOf(one, place++);
        });
        const { failed } = await stitch(accepted, { profiles, timeline, settings, backoff });
        expect(failed).toEqual([]);
      }
      const folded = comparable(foldProfiles(all, linking).profiles);
      expect(folded).toEqual(await allProfiles(profiles, profileSettings));
    }),
    runs(1, 200),
  );
});

it('makes the same profiles in whatever order, and however often, records are given', () => {
  const distinct = fc.uniqueArray(record, { selector: ({ time: at }) => at, maxLength: 25 });
  const given = distinct.chain((records) =>
    fc.tuple(fc.constant(records), fc.shuffledSubarray([...records, ...records], { minLength: records.length * 2 })),
  );
  fc.assert(
    fc.property(given, ([records, travelled]) => {
      expect(comparable(foldProfiles(travelled, linking).profiles)).toEqual(
        comparable(foldProfiles(records, linking).profiles),
      );
    }),
    runs(1, 200),
  );
});

function acceptedOf({ identities, operation = 'create', ...rest }: ProfileRecord, place: number): AcceptedRecord {
  return {
    ...rest,
    id: `record ${place}`,
    time: Number(rest.time),
    tieBreaker: String(place).padStart(12, '0'),
    receivedAt: Number(rest.time),
    ingestionId: 'once',
    operation,
    identities: identities.map((key, i) => ({ ...parseIdentityKey(key), primary: i === 0 })),
    json: JSON.stringify(rest.entity),
  };
}
