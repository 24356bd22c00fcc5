import type { DefinitionProblem, Reference, RequestDestination } from '#core/activation/destination-type.ts';
import { emailAddress, fromEach, type IdentityForms, phoneNumber, plain } from '#core/activation/normalise/forms.ts';
import { fieldReferences } from '#core/activation/vendor-settings.ts';
import { brazeAnswer } from './answers.ts';
import { brazeDeletion } from './deletion.ts';
import { type BrazeUser, brazeRequest, brazeRows } from './requests.ts';
import { type BrazeDestination, definition } from './settings.ts';

/** Braze: audiences as custom attributes of its users. */
export const braze = {
  name: 'braze',
  title: 'Braze',
  category: 'email',
  summary: 'Audiences as a custom attribute of users (an array, or one boolean each), and mapped attributes.',
  definition,
  example: {
    id: 'braze',
    url: 'https://rest.fra-01.braze.eu',
    identities: { externalId: ['CRMID'] },
    fields: { first_name: 'person.name.firstName' },
  },
  setUp: [
    'Create a REST API key with the permissions users.track and users.delete (Settings, APIs and Identifiers), and put it into the secret.',
    'Find the REST endpoint of your instance there, and write it as `url`.',
    'With `membership: { as: array }` and more than 25 audiences, have the length of the attribute raised, then set `maxLength`.',
  ],
  credentials: { bearerToken: 'the REST API key' },
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: true },
  delivery: 'requests',
  limits: ({ maxUpdatesPerRequest, requestsPerSecond }) => ({
    rows: maxUpdatesPerRequest,
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
  authentication: () => ({ type: 'bearer' }),
  rows: brazeRows,
  request: (_call, users, { url }) => brazeRequest(url, users),
  answer: (outcome, users) => brazeAnswer(outcome, users.length),
  deletion: brazeDeletion,
} satisfies RequestDestination<BrazeDestination, null, BrazeUser>;

function formsOf({ identities: { externalId = [], alias, email, phone } }: BrazeDestination): IdentityForms {
  return {
    take: 'first',
    forms: [
      ...externalId.map((namespace) => ({ form: 'external_id', from: fromEach([namespace], plain()) })),
      ...(alias?.from ?? []).map((namespace) => ({ form: 'user_alias', from: fromEach([namespace], plain()) })),
      ...(email ? [{ form: 'email', from: { Email: emailAddress() } }] : []),
      ...(phone ? [{ form: 'phone', from: { 'Phone_E.164': phoneNumber({ plus: true }) } }] : []),
    ],
  };
}

function references({ identities: { externalId = [], alias }, fields }: BrazeDestination): Reference[] {
  return [
    ...externalId.map((namespace, i) => ({ path: ['identities', 'externalId', i], namespace })),
    ...(alias?.from ?? []).map((namespace, i) => ({ path: ['identities', 'alias', 'from', i], namespace })),
    ...fieldReferences(fields),
  ];
}

/** Keys of an object of `attributes` that say who it is about, and how. */
const RESERVED = ['external_id', 'user_alias', 'braze_id', 'email', 'phone', '_update_existing_only'];

function check({ segments, membership, fields, identities }: BrazeDestination): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  if (membership.as === 'array' && segments.length > membership.maxLength) {
    problems.push({
      path: ['segments'],
      message: `${segments.length} audiences do not fit into "${membership.attribute}": Braze cuts off what is beyond ${membership.maxLength} elements`,
      hint: 'have the length of the attribute raised at Braze, then set membership.maxLength; or use membership: { as: booleans }',
    });
  }
  const by = Object.keys(identities)[0];
  // Somebody known by external id may well be sent an address as an attribute.
  const isReserved = (name: string): boolean =>
    RESERVED.includes(name) && !(['email', 'phone'].includes(name) && ['externalId', 'alias'].includes(by!));
  for (const name of Object.keys(fields)) {
    const isMembership =
      membership.as === 'array'
        ? name === membership.attribute
        : segments.some((id) => name === membership.prefix + id);
    if (!isMembership && !isReserved(name)) continue;
    problems.push({
      path: ['fields', name],
      message: `"${name}" is set by this destination itself and cannot be a mapped field`,
    });
  }
  return problems;
}
