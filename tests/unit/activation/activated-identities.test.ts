import { describe, expect, it } from 'vitest';
import { activatedIdentities, asActivated } from '#core/activation/activated-identities.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { foldRecords, linkableOf } from '#core/profile/fold.ts';
import { emptyItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { event, foldSettings } from '#tests/harness/core/factories.ts';

const normalForms = compileNormalForms(namespaceRegistry([{ code: 'CRMID', idType: 'CROSS_DEVICE' }]));
const settings = foldSettings();
const mergePolicy = {
  id: 'default',
  default: true,
  identityGraph: { type: 'pdg' as const },
  attributeMerge: { type: 'timestampOrdered' as const },
};

/** The profile of records that each name some identities at a time. */
function profileOf(...records: readonly (readonly [time: number, ...identities: string[]])[]) {
  const stitchable = records.map(([time, ...identities]) => {
    const record = event(time, identities);
    return { record, keyedBy: identities[0]!, asserted: linkableOf(record, settings) };
  });
  const { item } = foldRecords(emptyItem('CRMID:ann'), stitchable, settings);
  return profilesOf(item, { links: settings.links, mergePolicy })[0]!;
}

describe('the identities that destinations are told', () => {
  const newest = { normalForms, newestOnly: new Set(['Email']) };
  const [old, fresh] = ['Email:ann@old.example', 'Email:ann@new.example'];

  it('are all of them, where nothing else is set', () => {
    const profile = profileOf([1, 'CRMID:ann', old], [2, 'CRMID:ann', fresh]);
    expect(asActivated(profile, { normalForms, newestOnly: new Set() })).toBe(profile);
    expect(asActivated(profile, undefined)).toBe(profile);
  });

  it('are those of a namespace that were asserted last, whichever came last', () => {
    const activated = activatedIdentities(profileOf([2, 'CRMID:ann', fresh], [1, 'CRMID:ann', old]), newest);
    expect(activated).toEqual(['CRMID:ann', fresh]);
  });

  it('are the old one again once it is asserted again; the profile has both', () => {
    const profile = profileOf([1, 'CRMID:ann', old], [2, 'CRMID:ann', fresh], [3, 'CRMID:ann', old]);
    expect(profile.identities).toEqual(['CRMID:ann', fresh, old]);
    const { identities, view } = asActivated(profile, newest);
    expect(identities).toEqual(['CRMID:ann', old]);
    expect(view.identityMap).toEqual({ CRMID: [{ id: 'ann' }], Email: [{ id: 'ann@old.example' }] });
  });

  it('of one instant are the first of the alphabet', () => {
    const activated = activatedIdentities(
      profileOf([1, 'CRMID:ann', 'Email:b@x.example', 'Email:a@x.example']),
      newest,
    );
    expect(activated).toEqual(['CRMID:ann', 'Email:a@x.example']);
  });

  it('are none that its namespace takes for no identity, though it was stored before', () => {
    const activated = activatedIdentities(profileOf([1, 'CRMID:ann', 'Email:n/a']), {
      normalForms,
      newestOnly: new Set(),
    });
    expect(activated).toEqual(['CRMID:ann']);
  });
});
