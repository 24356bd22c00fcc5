import { expect, it } from 'vitest';
import { assignToProfile } from '#core/profile/assign.ts';
import type { OmittedIdentity } from '#core/record/omitted-identity.ts';
import { attributes, event, foldSettings } from '#tests/harness/core/factories.ts';

const settings = foldSettings();
const omitted = (namespace: string, primary: boolean): OmittedIdentity => ({
  namespace,
  primary,
  asSent: 'n/a',
  reason: 'blocked-value',
});
const email = { namespace: 'Email', value: 'ann@shop.example', primary: false };

it('a record whose flagged identity is omitted is in no profile, whatever else it names', () => {
  const record = { ...attributes(1, 'CRMID:x', {}), identities: [email], omitted: [omitted('CRMID', true)] };
  expect(assignToProfile(record, settings)).toEqual({ record, withoutProfile: 'blocked-primary-value' });
});

it('a record of which another identity is omitted is in the profile of its flagged one', () => {
  const crm = { namespace: 'CRMID', value: 'ann', primary: true };
  const record = { ...attributes(1, 'CRMID:x', {}), identities: [crm], omitted: [omitted('Email', false)] };
  expect(assignToProfile(record, settings)).toEqual({ record, keyedBy: 'CRMID:ann' });
});

it('an event goes to its next namespace, and to nobody where nothing is left', () => {
  const made = { ...event(1, []), omitted: [omitted('CRMID', true)] };
  const record = { ...made, identities: [email] };
  expect(assignToProfile(record, settings)).toEqual({ record, keyedBy: 'Email:ann@shop.example' });
  expect(assignToProfile(made, settings)).toEqual({ record: made, withoutProfile: 'blocked-primary-value' });
  const anonymous = event(1, []);
  expect(assignToProfile(anonymous, settings)).toEqual({ record: anonymous, withoutProfile: 'no-primary-identity' });
});
