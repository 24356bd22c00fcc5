import { z } from 'zod';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import { sameForAll } from '#core/activation/item-results.ts';

const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('mailer'),
  url: z.url({ protocol: /^https?$/ }),
  list: z.string().min(1),
});
export type MailerDestination = z.output<typeof definition>;

/** An e-mail provider: hashed addresses and first names of the people of a list. */
export const mailer = {
  definition,
  delivery: 'requests',
  profilesPerRequest: () => 100,
  identities: () => ['Email_LC_SHA256'],
  attributes: () => ['person.name.firstName'],
  mandatory: () => ['person.name.firstName'],
  sendsUpdates: () => false,
  authentication: () => ({ type: 'bearer' }),
  rateLimit: () => 5,
  request: (people, { url, list }) => ({
    method: 'POST',
    url: `${url}/lists/${encodeURIComponent(list)}/members`,
    timeoutMs: 2_000,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ members: people.map(member) }),
  }),
  read: sameForAll,
} satisfies RequestDestination<MailerDestination>;

const member = ({ identities, attributes, changes }: ProfileDelivery) => ({
  sha256: identities.map(({ value }) => value),
  firstName: attributes['person.name.firstName'],
  add: changes.flatMap(({ segmentId, status }) => (status === 'realized' ? [segmentId] : [])),
  remove: changes.flatMap(({ segmentId, status }) => (status === 'exited' ? [segmentId] : [])),
});
