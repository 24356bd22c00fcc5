import type { Reference, RequestDestination } from '#core/activation/destination-type.ts';
import type { SignIn } from '#core/activation/http/credentials.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { memberAnswer, statusAnswer } from './answers.ts';
import { identityForms } from './normalise.ts';
import { type Call, type Member, memberRequest, memberRows, statusRequest } from './requests.ts';
import { definition, type GoogleDestination } from './settings.ts';
import { userListSize } from './size.ts';
import { userLists } from './user-lists.ts';

const SCOPE = 'https://www.googleapis.com/auth/datamanager';
const SIGN_IN: SignIn = {
  url: 'https://accounts.google.com/o/oauth2/v2/auth',
  scope: SCOPE,
  // Without these there is no refresh token, or only at the first time.
  parameters: { access_type: 'offline', prompt: 'consent' },
  who: 'a user of the login account, or of the operating account where there is none',
};
const isPath = (said: string): boolean => said !== 'granted' && said !== 'unstated';

/** Google Customer Match and DV360 audiences, by the Data Manager API. */
export const googleDataManager = {
  name: 'google-data-manager',
  title: 'Google Customer Match and DV360',
  category: 'advertising',
  summary:
    'Hashed e-mail addresses, phone numbers and addresses, user ids and mobile ids as user lists of Google Ads or Display & Video 360.',
  definition,
  example: {
    id: 'google-ads',
    operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '1234567890' },
    loginAccount: { accountType: 'GOOGLE_ADS', accountId: '9876543210' },
    customerMatchTerms: 'accepted',
    adUserDataConsent: 'share',
    adPersonalizationConsent: 'personalize.content',
  },
  setUp: [
    'Accept the Customer Match terms in the account, and see that the account may use Customer Match.',
    'Enable the Data Manager API in a Google Cloud project, and make an OAuth client or a service account in it.',
    'Give the user of the credentials access to the login account, or to the operating account where there is none.',
    'Put clientId and clientSecret into the secret and sign in with `tributary destination authorize`; or let the secret be the key file of the service account.',
  ],
  credentials: {
    clientId: 'of the OAuth client, with `credentials: user`',
    clientSecret: 'the same',
    refreshToken: 'the same; `tributary destination authorize` puts it there',
    client_email: 'of the key file of the service account, with `credentials: serviceAccount`',
    private_key: 'the same',
  },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ requestsPerSecond }) => ({ rows: 10_000, perSecond: requestsPerSecond }),
  identities: identityForms,
  attributes: ({ contacts, address: paths }) => (contacts && paths ? Object.values(paths) : []),
  mandatory: () => [],
  sendsUpdates: ({ contacts, address: paths }) => contacts && paths !== undefined,
  consents: ({ adUserDataConsent, adPersonalizationConsent }) =>
    [...new Set([adUserDataConsent, adPersonalizationConsent])].filter(isPath),
  membershipDays: ({ membershipDays }) => membershipDays,
  references: ({ userIds, address: paths = {} }) => [
    ...userIds.map((namespace, i): Reference => ({ path: ['userIds', i], namespace })),
    ...Object.entries(paths).map(([name, attribute]): Reference => ({ path: ['address', name], attribute })),
  ],
  check: (destination) => {
    const { contacts, userIds, iosAppId, androidAppId, linkedAccount, loginAccount } = destination;
    const sendsNothing = !contacts && userIds.length === 0 && iosAppId === undefined && androidAppId === undefined;
    return [
      ...(sendsNothing
        ? [{ path: ['contacts'], message: 'nothing is sent: turn on contacts, or name userIds or an app' }]
        : []),
      ...(linkedAccount && loginAccount?.accountType !== 'DATA_PARTNER'
        ? [{ path: ['linkedAccount'], message: 'a linked account needs a login account of type DATA_PARTNER' }]
        : []),
    ];
  },
  authentication: ({ credentials, tokenUrl }) =>
    credentials === 'serviceAccount'
      ? { type: 'oauth2Jwt', tokenUrl, scope: SCOPE }
      : { type: 'oauth2RefreshToken', tokenUrl, clientAuthentication: 'body', signIn: SIGN_IN },
  audiences: userLists,
  size: userListSize,
  rows: memberRows,
  request: memberRequest,
  answer: (outcome, _rows, _call, destination) => memberAnswer(outcome, destination.statusEverySeconds),
  jobs: {
    // The API names no bound.
    giveUpAfterMs: DAY_MS,
    request: statusRequest,
    answer: (outcome, rows, _job, destination) => statusAnswer(outcome, rows, destination.statusEverySeconds),
  },
} satisfies RequestDestination<GoogleDestination, Call, Member>;
