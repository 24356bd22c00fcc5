import type { DefinitionProblem, Reference, RequestDestination } from '#core/activation/destination-type.ts';
import type { RequestAuthentication } from '#core/activation/http/credentials.ts';
import { fromEach, type IdentityForms, type Maker, plain } from '#core/activation/normalise/forms.ts';
import { fieldReferences } from '#core/activation/vendor-settings.ts';
import { airshipAnswer } from './answers.ts';
import { airshipDeletion } from './deletion.ts';
import { type AirshipCall, type AirshipRow, airshipRequest, airshipRows } from './requests.ts';
import { type AirshipDestination, definition, tokenUrl } from './settings.ts';

/** Airship: audiences as tags of named users or channels, and attributes of named users. */
export const airship = {
  name: 'airship',
  title: 'Airship',
  category: 'sms',
  summary: 'Audiences as tags of named users or channels, in a tag group of your own, and attributes of named users.',
  definition,
  example: { id: 'airship', site: 'eu', identities: { namedUser: ['CRMID'] } },
  setUp: [
    'Create the tag group tributary-segments (Settings, Tag Groups); leave "Allow these tags to be set only from your server" off.',
    'Put app key and master secret into the secret; or make a token or OAuth 2.0 credentials for named users and channels, and say so under `authentication`.',
    'Create the attributes that `fields` names.',
  ],
  credentials: {
    appKey: 'with `authentication: { type: basic }`',
    masterSecret: 'the same',
    bearerToken: 'with `authentication: { type: bearer }`',
    clientId: 'with `authentication: { type: oauth2 }`',
    clientSecret: 'the same',
  },
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: true },
  delivery: 'requests',
  limits: ({ maxUsersPerRequest, requestsPerSecond }, call) => ({
    rows: call?.step === 'user' ? 1 : maxUsersPerRequest,
    perSecond: requestsPerSecond,
  }),
  identities: formsOf,
  attributes: ({ fields }) => [...new Set(Object.values(fields))],
  mandatory: ({ mandatoryAttributes = [] }) => mandatoryAttributes,
  sendsUpdates: ({ fields }) => Object.keys(fields).length > 0,
  clearsAttributes: true,
  consents: ({ consents }) => consents,
  references,
  check,
  authentication: authenticationOf,
  rows: airshipRows,
  request: airshipRequest,
  answer: (outcome, _rows, call, { tagGroup }) => airshipAnswer(outcome, call, tagGroup),
  deletion: airshipDeletion,
} satisfies RequestDestination<AirshipDestination, AirshipCall, AirshipRow>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NOT_A_CHANNEL = { unusable: 'notAChannelId' };
const channelId: Maker = {
  how: 'UUID, lower-case',
  make: (value) => {
    const lower = value.trim().toLowerCase();
    return UUID.test(lower) ? lower : NOT_A_CHANNEL;
  },
};

const KINDS = {
  ios: 'ios_channel',
  android: 'android_channel',
  amazon: 'amazon_channel',
  other: 'channel',
} as const;
type Device = keyof typeof KINDS;
const devices = (channels: object = {}): [Device, string][] => Object.entries(channels) as [Device, string][];

function formsOf({ identities: { namedUser = [], channels } }: AirshipDestination): IdentityForms {
  const users = namedUser.map((namespace) => ({ form: 'named_user_id', from: fromEach([namespace], plain()) }));
  const devicesOf = devices(channels).map(([device, namespace]) => ({
    form: KINDS[device],
    from: fromEach([namespace], channelId),
  }));
  // Named users are one person each; channels are all of a person's devices.
  return channels ? { take: 'all', forms: devicesOf } : { take: 'first', forms: users };
}

function references({ identities: { namedUser = [], channels }, fields }: AirshipDestination): Reference[] {
  return [
    ...namedUser.map((namespace, i) => ({ path: ['identities', 'namedUser', i], namespace })),
    ...devices(channels).map(([device, namespace]) => ({ path: ['identities', 'channels', device], namespace })),
    ...fieldReferences(fields),
  ];
}

function check({ identities, fields }: AirshipDestination): DefinitionProblem[] {
  if (!identities.channels || Object.keys(fields).length === 0) return [];
  return [
    {
      path: ['fields'],
      message: 'attributes are sent of named users only, and this destination sends channels',
      hint: 'use identities: { namedUser: […] }, or leave fields out',
    },
  ];
}

function authenticationOf(destination: AirshipDestination): RequestAuthentication {
  const { authentication } = destination;
  switch (authentication.type) {
    case 'basic':
      return { type: 'basic', user: 'appKey', password: 'masterSecret' };
    case 'bearer':
      return { type: 'bearer' };
    case 'oauth2':
      return {
        type: 'oauth2ClientCredentials',
        clientAuthentication: 'header',
        tokenUrl: tokenUrl(destination),
        scope: destination.identities.channels ? 'chn' : 'nu',
        parameters: { sub: `app:${authentication.appKey}` },
      };
  }
}
