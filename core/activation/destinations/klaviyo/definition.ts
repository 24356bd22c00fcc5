import type { DefinitionProblem, Limits, Reference, RequestDestination } from '#core/activation/destination-type.ts';
import { emailAddress, fromEach, type IdentityForms, phoneNumber, plain } from '#core/activation/normalise/forms.ts';
import { fieldReferences } from '#core/activation/vendor-settings.ts';
import { klaviyoAnswer } from './answers.ts';
import { klaviyoDeletion } from './deletion.ts';
import { FIELD_HINT, fieldProblem, pathsOf } from './fields.ts';
import { importJobs } from './jobs.ts';
import { listProfiles } from './listing.ts';
import { lists } from './lists.ts';
import { type KlaviyoCall, type KlaviyoRow, klaviyoRequest, klaviyoRows } from './requests.ts';
import { consentPath, consentsOf, definition, type KlaviyoDestination, keyOf } from './settings.ts';

/** Klaviyo: profiles in lists, by import jobs; consents by subscription jobs. */
export const klaviyo = {
  name: 'klaviyo',
  title: 'Klaviyo',
  category: 'email',
  summary: 'Profiles with mapped fields, imported into a list for each audience; subscriptions where wanted.',
  definition,
  example: { id: 'klaviyo', fields: { first_name: 'person.name.firstName' } },
  setUp: [
    'Create a private API key with the scopes lists:read, lists:write, profiles:read, profiles:write and data-privacy:write (and subscriptions:write for `subscriptions`), and put it into the secret.',
    'Write the ids of lists that are there already under `audiences`; a list is created for each other audience, at most 150 a day.',
  ],
  credentials: { apiKey: 'the private API key, beginning with pk_' },
  capabilities: { exit: true, backfill: true, audiences: 'created', list: true, deletion: true },
  delivery: 'requests',
  limits: ({ requestsPerSecond }, call = IMPORT) => ({ ...LIMITS[call.step], perSecond: requestsPerSecond }),
  identities: formsOf,
  attributes: (destination) => pathsOf(destination, consentPath(destination)),
  mandatory: ({ mandatoryAttributes = [] }) => mandatoryAttributes,
  sendsUpdates: ({ fields }) => Object.keys(fields).length > 0,
  clearsAttributes: true,
  consents: consentsOf,
  references,
  check,
  authentication: () => ({ type: 'apiKey', header: 'authorization', key: 'apiKey', scheme: 'Klaviyo-API-Key' }),
  audiences: lists,
  rows: klaviyoRows,
  request: klaviyoRequest,
  answer: klaviyoAnswer,
  jobs: importJobs,
  deletion: klaviyoDeletion,
  listing: listProfiles,
} satisfies RequestDestination<KlaviyoDestination, KlaviyoCall, KlaviyoRow>;

const IMPORT: KlaviyoCall = { step: 'import', list: '' };

/** Profiles of a request. Imports have 5 MB, 100 KB a profile; look-ups are an address, which servers cut at 8 KB. */
const LIMITS: Readonly<Record<KlaviyoCall['step'], Limits>> = {
  import: { rows: 10_000, bytes: 4_900_000 },
  clear: { rows: 1 },
  look: { rows: 100, bytes: 5_000 },
  remove: { rows: 1_000 },
  subscribe: { rows: 1_000 },
  unsubscribe: { rows: 100 },
  suppress: { rows: 100 },
};

function formsOf({ identities: { email, phone, externalId = [] } }: KlaviyoDestination): IdentityForms {
  return {
    take: 'first',
    forms: [
      ...(email ? [{ form: 'email', from: { Email: emailAddress() } }] : []),
      ...(phone ? [{ form: 'phone_number', from: { 'Phone_E.164': phoneNumber({ plus: true }) } }] : []),
      ...externalId.map((namespace) => ({ form: 'external_id', from: fromEach([namespace], plain()) })),
    ],
  };
}

function references({ identities: { externalId = [] }, fields }: KlaviyoDestination): Reference[] {
  return [
    ...externalId.map((namespace, i) => ({ path: ['identities', 'externalId', i], namespace })),
    ...fieldReferences(fields),
  ];
}

function check(destination: KlaviyoDestination): DefinitionProblem[] {
  const { segments, fields, subscriptions } = destination;
  const key = keyOf(destination);
  const ofFields = Object.keys(fields).flatMap((name) => {
    const message = fieldProblem(name, key);
    return message === undefined ? [] : [{ path: ['fields', name], message, hint: `expected ${FIELD_HINT}` }];
  });
  const ofLists = Object.keys(destination.audiences).flatMap((segmentId) =>
    segments.includes(segmentId)
      ? []
      : [{ path: ['audiences', segmentId], message: `"${segmentId}" is not among the segments of this destination` }],
  );
  const isAsked = consentPath(destination) !== undefined;
  const ofSubscriptions =
    (isAsked && key === 'external_id') || (subscriptions.withdraw === 'suppress' && key !== 'email')
      ? [
          {
            path: ['subscriptions'],
            message: `Klaviyo takes subscriptions by address or number and suppressions by address, but profiles are found by ${key}`,
            hint: 'use identities: { email: true }, or { phone: true } without suppressions',
          },
        ]
      : [];
  return [...ofFields, ...ofLists, ...ofSubscriptions];
}
