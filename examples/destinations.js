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
  name: 'mailer',
  title: 'Mailer',
  category: 'email',
  summary: 'Hashed addresses and first names of the people of a list.',
  definition: z.strictObject({ ...destinationBase, type: z.literal('mailer'), url: z.url(), list: z.string() }),
  example: { id: 'news', url: 'https://mail.example.com', list: 'may' },
  setUp: ['Create a list and a token at the provider.'],
  credentials: { bearerToken: 'the token of the provider' },
  capabilities: { exit: true, backfill: true, audiences: 'named', list: false, deletion: false },
  delivery: 'requests',
  limits: () => ({ rows: 100, perSecond: 5 }),
  identities: () => ['Email_LC_SHA256'], // made from Email where a profile has no hash
  attributes: () => ['person.name.firstName'],
  mandatory: () => [],
  sendsUpdates: () => false,
  authentication: () => ({ type: 'bearer' }),
  rows: ({ identities, attributes, changes }) => [
    {
      call: null,
      row: {
        hash: identities[0]?.value,
        name: attributes['person.name.firstName'],
        member: changes[0]?.status === 'realized',
      },
    },
  ],
  request: (_call, members, { url, list }) => ({
    method: 'POST',
    url: `${url}/lists/${list}/members`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(members),
    timeoutMs: 2_000,
  }),
  answer: sameForAll,
  alone: true,
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
