import type { Reference, RequestDestination } from '#core/activation/destination-type.ts';
import { peopleAnswer } from './answers.ts';
import { customAudiences } from './audiences.ts';
import { identityForms } from './normalise.ts';
import { type Call, limitPath, peopleRequest, personRows, type Row } from './requests.ts';
import { definition, type MetaDestination } from './settings.ts';
import { customAudienceSize } from './size.ts';

/** Meta (Facebook, Instagram) custom audiences, by the Marketing API. */
export const metaCustomAudiences = {
  name: 'meta-custom-audiences',
  title: 'Meta custom audiences',
  category: 'social',
  summary: 'Hashed contact data and ids as custom audiences of an ad account, for Facebook and Instagram.',
  definition,
  example: { id: 'meta', adAccount: '1234567890', externalIds: ['CRMID'], details: {}, consents: ['share'] },
  setUp: [
    'Accept the Custom Audience terms for the ad account.',
    'Make a system user in the Business Manager, give it the ad account, and a token with `ads_management`.',
    'Put the token, and the app secret if the app demands a proof of it, into the secret of the destination.',
  ],
  credentials: {
    bearerToken: 'the token of the system user',
    appSecret: 'of the app, where it demands `appsecret_proof`; optional',
  },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ requestsPerSecond }) => ({ rows: 10_000, perSecond: requestsPerSecond }),
  identities: identityForms,
  attributes: (destination) => {
    const path = limitPath(destination);
    return [...new Set([...Object.values(destination.details ?? {}), ...(path === undefined ? [] : [path])])];
  },
  mandatory: () => [],
  sendsUpdates: (destination) => destination.details !== undefined || limitPath(destination) !== undefined,
  consents: ({ consents }) => consents,
  references: ({ externalIds, details = {} }) => [
    ...externalIds.map((namespace, i): Reference => ({ path: ['externalIds', i], namespace })),
    ...Object.entries(details).map(([name, attribute]): Reference => ({ path: ['details', name], attribute })),
  ],
  check: ({ consents, limitedDataUse }) =>
    limitedDataUse?.unlessConsent !== undefined && consents.includes(limitedDataUse.unlessConsent)
      ? [
          {
            path: ['limitedDataUse', 'unlessConsent'],
            message: 'nobody is sent without this consent, so nobody’s data use would be limited',
            hint: 'take it out of consents, or choose another consent',
          },
        ]
      : [],
  authentication: () => ({ type: 'bearer' }),
  audiences: customAudiences,
  size: customAudienceSize,
  rows: personRows,
  request: peopleRequest,
  answer: peopleAnswer,
} satisfies RequestDestination<MetaDestination, Call, Row>;
