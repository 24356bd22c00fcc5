import type { DefinitionProblem, Reference, RequestDestination } from '#core/activation/destination-type.ts';
import { fromEach, type IdentityForms, type Maker, plain } from '#core/activation/normalise/forms.ts';
import { batches, targetAnswer } from './answers.ts';
import { type TargetRow, targetRequest, targetRows } from './requests.ts';
import { definition, keyOf, sourcesOf, type TargetDestination } from './settings.ts';

/** Less than 50 MB a batch; a row as JSON is longer than in the batch. */
const MAX_BYTES = 45_000_000;
/** 50 calls a minute of the bulk API, a million updates a day of the other: see the README. */
const BULK_PER_SECOND = 50 / 60;
const SINGLE_PER_SECOND = 11;

/** Adobe Target: memberships and attributes as profile attributes, in batches or one by one. */
export const adobeTarget = {
  name: 'adobe-target',
  title: 'Adobe Target',
  category: 'personalisation',
  summary: 'Memberships (true or false) and mapped attributes as profile attributes, in batches or one by one.',
  definition,
  example: {
    id: 'target',
    client: 'acmeinc',
    identities: { thirdPartyId: ['CRMID'] },
    fields: { tier: 'loyalty.tier', cart_abandoner: { segment: 'cart-abandoners' } },
  },
  setUp: [
    'Find the client code (Administration, Implementation), and write it as `client`.',
    'Pass the same id as mbox3rdPartyId or thirdPartyId wherever Target is called for somebody who is known.',
    'If "Require authentication for profile updates" is on, generate a profile token there, put it into the secret as `bearerToken`, and set `authenticated: true`. It expires.',
    'Build audiences in Target on the profile attributes: profile.<name> is true.',
  ],
  credentials: { bearerToken: 'the profile authentication token, with `authenticated: true`' },
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: false },
  delivery: 'requests',
  limits: ({ mode, maxRowsPerRequest }) =>
    mode === 'bulk'
      ? { rows: maxRowsPerRequest, bytes: MAX_BYTES, perSecond: BULK_PER_SECOND }
      : { rows: 1, perSecond: SINGLE_PER_SECOND },
  identities: formsOf,
  attributes: ({ fields }) => [...new Set(Object.values(fields).filter((from) => typeof from === 'string'))],
  mandatory: ({ mandatoryAttributes = [] }) => mandatoryAttributes,
  sendsUpdates: ({ fields }) => Object.values(fields).some((from) => typeof from === 'string'),
  // A second batch before the next visit takes the place of the first.
  sendsAllMemberships: ({ mode }) => mode === 'bulk',
  consents: ({ consents }) => consents,
  references,
  check,
  authentication: ({ authenticated }) => ({ type: authenticated ? 'bearer' : 'none' }),
  rows: targetRows,
  request: (_call, rows, destination) => targetRequest(rows, destination),
  answer: (outcome, _rows, _call, destination) => targetAnswer(outcome, destination),
  jobs: batches,
} satisfies RequestDestination<TargetDestination, null, TargetRow>;

const MAX_ID_LENGTH = 256;
const NOT_AN_ID = { unusable: 'notAThirdPartyId' };
/** Two signs are not allowed in it. */
const thirdPartyId: Maker = {
  how: 'as it is, without "+" and "/"',
  make: (value) => {
    const made = plain().make(value);
    return typeof made === 'string' && (/[+/]/.test(made) || made.length > MAX_ID_LENGTH) ? NOT_AN_ID : made;
  },
};

function formsOf(destination: TargetDestination): IdentityForms {
  const { thirdPartyId: third = [], pcId = [] } = destination.identities;
  return {
    take: 'first',
    forms: [
      ...third.map((namespace) => ({ form: 'thirdPartyId', from: fromEach([namespace], thirdPartyId) })),
      ...pcId.map((namespace) => ({ form: 'pcId', from: fromEach([namespace], plain()) })),
    ],
  };
}

function references({ identities, fields }: TargetDestination): Reference[] {
  return [
    ...Object.entries(identities).flatMap(([key, namespaces]) =>
      (namespaces ?? []).map((namespace, i) => ({ path: ['identities', key, i], namespace })),
    ),
    ...Object.entries(fields).flatMap(([name, attribute]) =>
      typeof attribute === 'string' ? [{ path: ['fields', name], attribute }] : [],
    ),
  ];
}

function check(destination: TargetDestination): DefinitionProblem[] {
  const { segments, fields, version, mode, withoutEcid } = destination;
  const problems: DefinitionProblem[] = [];
  const named = Object.entries(fields).flatMap(([name, from]) =>
    typeof from === 'string' ? [] : [[name, from] as const],
  );
  for (const [name, { segment }] of named) {
    if (segments.includes(segment)) continue;
    problems.push({ path: ['fields', name], message: `"${segment}" is not among the segments of this destination` });
  }
  const known = new Set(named.map(([, { segment }]) => segment));
  const wanted = Object.keys(fields).length + segments.filter((segment) => !known.has(segment)).length;
  if (sourcesOf(destination).size < wanted) {
    problems.push({
      path: ['segments'],
      message: 'two segments, or a segment and a field, would be one attribute of Target',
      hint: 'give one of them a name of its own: fields: { name: { segment: … } }',
    });
  }
  if (mode === 'bulk' && keyOf(destination) === 'pcId' && version === 'v2' && !withoutEcid) {
    problems.push({
      path: ['version'],
      message: 'v2 of the bulk API must not be used with pcId where the Experience Cloud ID is in use',
      hint: 'use version: v1, or withoutEcid: true if Target runs without it',
    });
  }
  return problems;
}
