import type { RequestDestination } from '#core/activation/destination-type.ts';
import { peopleAnswer } from './answers.ts';
import { audiences } from './audiences.ts';
import { identityForms } from './normalise.ts';
import { type Call, peopleRequest, personRows, type Row } from './requests.ts';
import { definition, type TikTokDestination } from './settings.ts';
import { audienceSize } from './size.ts';

/** TikTok custom audiences, by the Business API's segments. */
export const tiktok = {
  name: 'tiktok',
  title: 'TikTok audiences',
  category: 'social',
  summary: 'Hashed e-mail addresses, phone numbers and advertising ids as audiences of a TikTok advertiser.',
  definition,
  example: { id: 'tiktok', advertiserId: '7000001', consents: ['share'] },
  setUp: [
    'Register an app at TikTok for Business with the permissions to read and manage audiences, and have it approved.',
    'Let the advertiser authorise the app; put the long-lived access token into the secret of the destination.',
  ],
  credentials: { accessToken: 'the long-lived access token of the advertiser’s authorisation' },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ peoplePerRequest, requestsPerSecond }) => ({ rows: peoplePerRequest, perSecond: requestsPerSecond }),
  identities: identityForms,
  attributes: () => [],
  mandatory: () => [],
  sendsUpdates: () => false,
  consents: ({ consents }) => consents,
  authentication: () => ({ type: 'apiKey', header: 'access-token', key: 'accessToken' }),
  audiences,
  size: audienceSize,
  rows: personRows,
  request: peopleRequest,
  answer: peopleAnswer,
} satisfies RequestDestination<TikTokDestination, Call, Row>;
