// From records to requests: profiles, audiences, and what a webhook would be sent, for 200 generated customers.
import { destinations, pql, profile } from 'tributary';

const now = Date.parse('2026-06-01T00:00:00Z');
const DAY = 86_400_000;
const linking = { namespacePriority: ['CRMID', 'ECID'], uniqueNamespaces: ['CRMID'] };

/** @type {profile.ProfileRecord[]} */
const records = Array.from({ length: 200 }, (_, i) => {
  const customer = `CRMID:c${i}`;
  const device = `ECID:${String(i).padStart(38, '0')}`;
  /** @type {profile.ProfileRecord[]} */
  const of = [
    {
      datasetId: 'crm',
      behaviour: 'record',
      identities: [customer],
      time: now - 90 * DAY,
      entity: { loyalty: { tier: i % 4 ? 'silver' : 'gold' } },
    },
    {
      datasetId: 'logins',
      behaviour: 'event',
      identities: [customer, device],
      time: now - 40 * DAY,
      entity: { eventType: 'login' },
    },
    ...Array.from({ length: i % 6 }, (_, order) => ({
      datasetId: 'web',
      behaviour: /** @type {const} */ ('event'),
      identities: [device],
      time: now - (order * 9 + 1) * DAY,
      entity: { eventType: 'order', commerce: { total: 20 + i } },
    })),
  ];
  return of;
}).flat();

const { profiles, rejections } = profile.foldProfiles(records, linking);
console.log(`${records.length} records: ${profiles.length} profiles, ${rejections.length} rejections`);

const segments = pql.compilePql({
  gold: 'loyalty.tier = "gold"',
  'gold-buyers':
    'inSegment("gold") and xEvent[eventType = "order" and timestamp occurs <= 30 days before now].sum(commerce.total) >= 400',
});
/** @type {destinations.MembershipChange[]} */
const changes = profiles.flatMap(({ identities, view }) =>
  [...segments.evaluate(view, now)].flatMap(([segmentId, isIn]) =>
    isIn
      ? [
          {
            segmentId,
            status: /** @type {const} */ ('realized'),
            lastQualificationTime: now,
            identities,
            attributes: view,
          },
        ]
      : [],
  ),
);
for (const id of segments.ids) console.log(`${id}: ${changes.filter(({ segmentId }) => segmentId === id).length}`);

const webhook = destinations.defineDestination({
  id: 'webhook',
  type: 'http',
  url: 'https://hooks.example.com/audiences',
  segments: ['gold-buyers'],
  identities: ['CRMID'],
  attributes: ['loyalty.tier'],
  maxUsersPerRequest: 10,
});
const { requests } = destinations.previewDestination(webhook, changes, { now, linking });
console.log(`${requests.length} requests; the first profile of the first:`);
console.log(JSON.stringify(JSON.parse(requests[0]?.body ?? '{}').profiles[0], undefined, 2));
