import type { Reference, RequestDestination } from '#core/activation/destination-type.ts';
import type { SignIn } from '#core/activation/http/credentials.ts';
import { peopleAnswer } from './answers.ts';
import { identityForms } from './normalise.ts';
import { type Call, type Element, peopleRequest, personRows } from './requests.ts';
import { dmpSegments } from './segments.ts';
import { definition, type LinkedInDestination } from './settings.ts';

const SIGN_IN: SignIn = {
  url: 'https://www.linkedin.com/oauth/v2/authorization',
  scope: 'rw_dmp_segments',
  who: 'a member whose role in the ad account is above VIEWER',
};

const pathsOf = ({ details }: LinkedInDestination): (readonly [string, string])[] =>
  Object.entries(details ?? {}).flatMap(([name, path]) => (path === undefined ? [] : [[name, path] as const]));

/** LinkedIn Matched Audiences: people streamed into DMP segments. */
export const linkedInAudiences = {
  name: 'linkedin-audiences',
  title: 'LinkedIn Matched Audiences',
  category: 'social',
  summary: 'Hashed e-mail addresses and advertising ids, with names where wanted, as DMP segments of an ad account.',
  definition,
  example: { id: 'linkedin', adAccount: '512345678', consents: ['share'] },
  setUp: [
    'Apply at LinkedIn for the Audiences programme: the scope `rw_dmp_segments` is restricted.',
    'Put clientId and clientSecret of the app into the secret, and sign in with `tributary destination authorize`.',
  ],
  credentials: {
    clientId: 'of the app',
    clientSecret: 'of the app',
    refreshToken: '`tributary destination authorize` puts it there; lives a year',
  },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ requestsPerSecond }) => ({ rows: 5_000, perSecond: requestsPerSecond }),
  identities: identityForms,
  attributes: (destination) => pathsOf(destination).map(([, path]) => path),
  mandatory: () => [],
  sendsUpdates: ({ details }) => details !== undefined,
  consents: ({ consents }) => consents,
  references: (destination) =>
    pathsOf(destination).map(([name, attribute]): Reference => ({ path: ['details', name], attribute })),
  authentication: ({ tokenUrl }) => ({
    type: 'oauth2RefreshToken',
    tokenUrl,
    clientAuthentication: 'body',
    signIn: SIGN_IN,
  }),
  audiences: dmpSegments,
  rows: personRows,
  request: peopleRequest,
  answer: peopleAnswer,
} satisfies RequestDestination<LinkedInDestination, Call, Element>;
