import type { Reference, RequestDestination } from '#core/activation/destination-type.ts';
import type { SignIn } from '#core/activation/http/credentials.ts';
import { isExpired, itemAnswer } from './answers.ts';
import { customerLists } from './lists.ts';
import { identityForms } from './normalise.ts';
import { type Call, type Item, itemRequest, itemRows } from './requests.ts';
import { definition, type MicrosoftDestination } from './settings.ts';
import { customerListSize } from './size.ts';

/** Without `offline_access` there is no refresh token. */
const SCOPE = 'https://ads.microsoft.com/msads.manage offline_access';
const SIGN_IN: SignIn = {
  url: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  scope: SCOPE,
  who: 'a user of the Microsoft Advertising account',
};

/** Microsoft Advertising customer match lists, by the Campaign Management service. */
export const microsoftAdvertising = {
  name: 'microsoft-advertising',
  title: 'Microsoft Advertising customer lists',
  category: 'advertising',
  summary: 'Hashed e-mail addresses and CRM ids as customer match lists of Microsoft Advertising.',
  definition,
  example: { id: 'microsoft-ads', customerId: '1234567', accountId: '7654321', crmIds: ['CRMID'], consents: ['share'] },
  setUp: [
    'Make one customer list by hand in Microsoft Advertising: that is where the customer match terms are accepted.',
    'Get a developer token, and register an app in Microsoft Entra with a client secret.',
    'Put developerToken, clientId and clientSecret into the secret, and sign in with `tributary destination authorize`.',
  ],
  credentials: {
    developerToken: 'of the developer account',
    clientId: 'of the app',
    clientSecret: 'of the app',
    refreshToken:
      '`tributary destination authorize` puts it there; ends after 90 days without use, or with a new password',
  },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ itemsPerRequest, requestsPerSecond }) => ({ rows: itemsPerRequest, perSecond: requestsPerSecond }),
  identities: identityForms,
  attributes: () => [],
  mandatory: () => [],
  sendsUpdates: () => false,
  consents: ({ consents }) => consents,
  membershipDays: ({ membershipDays }) => membershipDays,
  references: ({ crmIds }) => crmIds.map((namespace, i): Reference => ({ path: ['crmIds', i], namespace })),
  check: ({ emails, phones, crmIds }) =>
    !emails && phones === 'no' && crmIds.length === 0
      ? [{ path: ['emails'], message: 'nothing is sent: turn on emails or phones, or name crmIds' }]
      : [],
  authentication: ({ tokenUrl }) => ({
    type: 'oauth2RefreshToken',
    tokenUrl,
    scope: SCOPE,
    clientAuthentication: 'body',
    signIn: SIGN_IN,
  }),
  expired: isExpired,
  audiences: customerLists,
  size: customerListSize,
  rows: itemRows,
  request: itemRequest,
  answer: itemAnswer,
} satisfies RequestDestination<MicrosoftDestination, Call, Item>;
