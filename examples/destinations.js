// What would a destination receive? First one of a built-in type, then one of a type of your own.
import {
  defineDestination,
  defineDestinationType,
  destinationBase,
  previewDestination,
  sameForAll,
} from 'tributary/destinations';
import { z } from 'zod';

const now = Date.parse('2026-06-01T12:00:00Z');
const linking = { namespacePriority: ['CRMID', 'Email', 'ECID'], uniqueNamespaces: ['CRMID'] };
/** @type {import('tributary/destinations').MembershipChange[]} */
const changes = [
  {
    segmentId: 'buyers',
    status: 'realized',
    lastQualificationTime: '2026-06-01T11:59:00Z',
    identities: ['CRMID:anna', 'Email: Anna@Example.com'],
    attributes: { person: { name: { firstName: 'Anna' } } },
  },
  {
    segmentId: 'buyers',
    status: 'exited',
    lastQualificationTime: '2026-06-01T11:58:00Z',
    identities: ['CRMID:ben'],
  },
];

const file = defineDestination({
  id: 'crm-export',
  type: 's3-file',
  segments: ['buyers'],
  identity: 'CRMID',
  attributes: ['person.name.firstName', 'segmentMembership.status'],
});
for (const { key, body } of previewDestination(file, changes, { now, linking }).files) console.log(`${key}\n${body}`);

const mailer = defineDestinationType({
  definition: z.strictObject({ ...destinationBase, type: z.literal('mailer'), url: z.url(), list: z.string() }),
  delivery: 'requests',
  profilesPerRequest: () => 100,
  identities: () => ['Email_LC_SHA256'], // made from Email where a profile has no hash
  attributes: () => ['person.name.firstName'],
  mandatory: () => [],
  sendsUpdates: () => false,
  authentication: () => ({ type: 'bearer' }),
  rateLimit: () => 5,
  request: (profiles, { url, list }) => ({
    method: 'POST',
    url: `${url}/lists/${list}/members`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      profiles.map(({ identities, attributes, changes }) => ({
        hash: identities[0]?.value,
        name: attributes['person.name.firstName'],
        member: changes[0]?.status === 'realized',
      })),
    ),
    timeoutMs: 2_000,
  }),
  read: sameForAll,
});
const own = {
  id: 'news',
  type: 'mailer',
  segments: ['buyers'],
  enabled: true,
  url: 'https://mail.example.com',
  list: 'may',
};
const { requests, excluded } = previewDestination(own, changes, { now, linking, type: mailer });
for (const { method, url, headers, body } of requests) {
  console.log(`${method} ${url}\nauthorization: ${headers.authorization}\n${body}`);
}
console.log('excluded:', JSON.stringify(excluded));
