import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { SignIn } from '#core/activation/http/credentials.ts';
import { emailSha256, storedSha256 } from '#core/activation/normalise/forms.ts';
import { changeAnswer } from './answers.ts';
import { customerLists } from './lists.ts';
import { base, type Call, changeRequest, listsOf, recordRows } from './requests.ts';
import { definition, type PinterestDestination } from './settings.ts';

const SIGN_IN: SignIn = {
  url: 'https://www.pinterest.com/oauth/',
  scope: 'ads:read,ads:write',
  who: 'somebody with the role of an audience manager or admin of the ad account',
};

/** Pinterest customer lists: hashed addresses, of which audiences are made. */
export const pinterestCustomerLists = {
  name: 'pinterest-customer-lists',
  title: 'Pinterest customer lists',
  category: 'social',
  summary: 'Hashed e-mail addresses on customer lists of an ad account, of which audiences are made.',
  definition,
  example: { id: 'pinterest', adAccount: '549755885175', consents: ['share'] },
  setUp: [
    'Create an app at Pinterest with standard access to ads:read and ads:write, and put its id and secret into the secret as clientId and clientSecret.',
    'Sign in with `tributary destination authorize`.',
    'Once a list is there, create an audience of the type "customer list" from it in the Ads Manager: a list by itself is nothing that an ad can be shown to.',
  ],
  credentials: {
    clientId: 'the id of the app',
    clientSecret: 'the secret of the app',
    refreshToken: '`tributary destination authorize` puts it there',
  },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ maxRecordsPerRequest, requestsPerSecond }) => ({
    rows: maxRecordsPerRequest,
    perSecond: requestsPerSecond,
  }),
  identities: () => ({
    take: 'all',
    forms: [{ form: 'EMAIL_SHA256', from: { Email: emailSha256(), Email_LC_SHA256: storedSha256() } }],
  }),
  attributes: () => [],
  mandatory: () => [],
  sendsUpdates: () => false,
  consents: ({ consents }) => consents,
  authentication: ({ tokenUrl }) => ({
    type: 'oauth2RefreshToken',
    tokenUrl,
    clientAuthentication: 'header',
    signIn: SIGN_IN,
  }),
  audiences: customerLists,
  probe: (destination) => ({
    ...base(destination),
    method: 'GET',
    url: `${listsOf(destination)}?page_size=1`,
    body: '',
  }),
  rows: recordRows,
  request: changeRequest,
  answer: changeAnswer,
} satisfies RequestDestination<PinterestDestination, Call, string>;
