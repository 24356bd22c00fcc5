import type { DefinitionProblem, Reference, RequestDestination } from '#core/activation/destination-type.ts';
import { emailAddress, fromEach, type IdentityForms, plain } from '#core/activation/normalise/forms.ts';
import { fieldReferences } from '#core/activation/vendor-settings.ts';
import { asyncRequests, submitAnswer } from './answers.ts';
import { contactDeletion } from './deletion.ts';
import { CONTACT_KEY, type ContactRow, contactRows, EMAIL, upsertRequest } from './requests.ts';
import { definition, type MarketingCloudDestination, tokenUrl } from './settings.ts';

/** About 5 MB of rows in one request. */
const MAX_BYTES = 4_900_000;

/** Salesforce Marketing Cloud Engagement: a row of a data extension for each contact and audience. */
export const salesforceMarketingCloud = {
  name: 'salesforce-marketing-cloud',
  title: 'Salesforce Marketing Cloud Engagement',
  category: 'email',
  summary: 'Memberships and mapped attributes as rows of a data extension, by asynchronous upserts.',
  definition,
  example: { id: 'marketing-cloud', subdomain: 'mc563885gzs27c5t9-63k636ttgm', contactKey: 'CRMID' },
  setUp: [
    'Create a sendable data extension with the external key TributarySegments and the columns ContactKey and SegmentId (together the primary key), Status, EmailAddress and At (a date), and one for each of `fields`.',
    'Create an installed package with a server-to-server API integration that may read and write data extensions, and read and write audiences and lists (Contact Delete has to be enabled in Contact Builder); put client id and secret into the secret.',
    'Write the subdomain of its base URIs as `subdomain`, and the MID as `accountId` where it is of another business unit.',
    'Select audiences by SegmentId and Status = realized in queries, filters or journeys.',
  ],
  credentials: { clientId: 'of the API integration', clientSecret: 'the same' },
  capabilities: { exit: true, backfill: true, audiences: 'implied', list: false, deletion: true },
  delivery: 'requests',
  limits: ({ maxRowsPerRequest, requestsPerSecond }) => ({
    rows: maxRowsPerRequest,
    bytes: MAX_BYTES,
    perSecond: requestsPerSecond,
  }),
  identities: formsOf,
  attributes: ({ fields }) => [...new Set(Object.values(fields))],
  mandatory: ({ mandatoryAttributes = [] }) => mandatoryAttributes,
  sendsUpdates: ({ fields }) => Object.keys(fields).length > 0,
  consents: ({ consents }) => consents,
  references,
  check,
  authentication: (destination) => ({
    type: 'oauth2ClientCredentials',
    clientAuthentication: 'json',
    tokenUrl: tokenUrl(destination),
    ...(destination.accountId !== undefined && { parameters: { account_id: destination.accountId } }),
  }),
  rows: contactRows,
  request: (_call, items, destination) => upsertRequest(items, destination),
  answer: submitAnswer,
  jobs: asyncRequests,
  deletion: contactDeletion,
} satisfies RequestDestination<MarketingCloudDestination, null, ContactRow>;

function formsOf({ contactKey, columns }: MarketingCloudDestination): IdentityForms {
  return {
    take: 'all',
    forms: [
      { form: CONTACT_KEY, from: fromEach([contactKey], plain()) },
      ...(columns.email === null ? [] : [{ form: EMAIL, from: { Email: emailAddress() } }]),
    ],
  };
}

function references({ contactKey, fields }: MarketingCloudDestination): Reference[] {
  return [{ path: ['contactKey'], namespace: contactKey }, ...fieldReferences(fields)];
}

/** Two values for one column. */
function check({ columns, fields }: MarketingCloudDestination): DefinitionProblem[] {
  const own = Object.values(columns).filter((name) => name !== null);
  const lower = own.map((name) => name.toLowerCase());
  const ofColumns =
    new Set(lower).size < lower.length ? [{ path: ['columns'], message: 'two of the columns have one name' }] : [];
  const ofFields = Object.keys(fields).flatMap((name) =>
    lower.includes(name.toLowerCase())
      ? [{ path: ['fields', name], message: `the column "${name}" is filled by this destination itself` }]
      : [],
  );
  return [...ofColumns, ...ofFields];
}
