// From records of several datasets to one profile per person, under two merge policies.
import { foldProfiles } from 'tributary/profile';

const linking = { namespacePriority: ['CRMID', 'Email', 'ECID'], uniqueNamespaces: ['CRMID'] };
const ecid = 'ECID:00000000000000000000000000000000000001';
/** @type {import('tributary/profile').ProfileRecord[]} */
const records = [
  {
    datasetId: 'crm',
    behaviour: 'record',
    identities: ['CRMID:anna', 'Email:anna@example.com'],
    time: '2026-05-01T00:00:00Z',
    entity: { person: { name: { firstName: 'Anna' } }, homeAddress: { city: 'Basel' } },
  },
  {
    datasetId: 'logins',
    behaviour: 'event',
    identities: ['CRMID:anna', ecid],
    time: '2026-05-02T08:00:00Z',
    entity: { eventType: 'login' },
  },
  {
    datasetId: 'web-form',
    behaviour: 'record',
    identities: [ecid],
    time: '2026-05-03T00:00:00Z',
    entity: { homeAddress: { city: 'Bern' } },
  },
  { datasetId: 'crm', behaviour: 'record', identities: ['CRMID:anonymous'], time: 0, entity: {} },
];

const latest = foldProfiles(records, linking);
for (const { key, identities, view } of latest.profiles) {
  const { xEvent, identityMap, ...attributes } = view;
  console.log(`${key}: ${identities.length} identities, ${xEvent.length} event`);
  console.log(`  latest value:        ${JSON.stringify(attributes)}`);
}
/** @type {import('tributary/profile').ProfileSettings} */
const crmFirst = { ...linking, mergePolicy: { attributeMerge: { type: 'dataSetPrecedence', order: ['crm'] } } };
for (const { view } of foldProfiles(records, crmFirst).profiles) {
  console.log(`  CRM before the form: ${JSON.stringify(view.homeAddress)}`);
}
for (const { record, reason } of latest.rejections) console.log(`record ${record} is in no profile: ${reason}`);
