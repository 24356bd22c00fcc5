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
  name: 'mailer',
  title: 'Mailer',
  category: 'email',
  summary: 'Hashed addresses and first names of the people of a list.',
  definition,
  example: { id: 'mailer', url: 'https://mail.example.com', list: 'news' },
  setUp: ['Create a list and a token at the provider.'],
  credentials: { bearerToken: 'the token of the provider' },
  capabilities: { exit: true, backfill: true, audiences: 'named', list: false, deletion: false },
  delivery: 'requests',
  limits: () => ({ rows: 100, perSecond: 5 }),
  identities: () => ['Email_LC_SHA256'],
  attributes: () => ['person.name.firstName'],
  mandatory: () => ['person.name.firstName'],
  sendsUpdates: () => false,
  authentication: () => ({ type: 'bearer' }),
  rows: (delivery) => [{ call: null, row: member(delivery) }],
  request: (_call, members, { url, list }) => ({
    method: 'POST',
    url: `${url}/lists/${encodeURIComponent(list)}/members`,
    timeoutMs: 2_000,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ members }),
  }),
  answer: sameForAll,
  alone: true,
} satisfies RequestDestination<MailerDestination, null, Member>;

interface Member {
  readonly sha256: readonly string[];
  readonly firstName: unknown;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

const member = ({ identities, attributes, changes }: ProfileDelivery): Member => ({
  sha256: identities.map(({ value }) => value),
  firstName: attributes['person.name.firstName'],
  add: changes.flatMap(({ segmentId, status }) => (status === 'realized' ? [segmentId] : [])),
  remove: changes.flatMap(({ segmentId, status }) => (status === 'exited' ? [segmentId] : [])),
});
