import { z } from 'zod';
import { destinationBase, mandatoryAttributes } from '#core/activation/destination-base.ts';
import { apiOrigin, mappedFields, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';

/** Rows of one request, and so many that all their results can be read page by page: see the README. */
const MAX_ROWS = 30_000;
const DEFAULT_ROWS = 5_000;

const column = z.string().min(1);
const COLUMNS = { contactKey: 'ContactKey', segmentId: 'SegmentId', status: 'Status', email: 'EmailAddress', at: 'At' };

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('salesforce-marketing-cloud'),
  /** Of the tenant. It becomes part of a host, so it is one label and nothing else. */
  subdomain: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, 'one label of a host name, such as mc563885gzs27c5t9'),
  /** Where the REST API and the tokens are, if not below the tenant's subdomain. */
  url: apiOrigin.optional(),
  tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** The MID of the business unit, if it is not that of the installed package. */
  accountId: z.string().min(1).optional(),
  /** The data extension that has a row for each contact and audience. */
  dataExtension: z
    .union([z.strictObject({ key: z.string().min(1) }), z.strictObject({ id: z.guid() })])
    .default({ key: 'TributarySegments' }),
  /** The namespace whose identities are contact keys. */
  contactKey: namespaceCode,
  /** Columns of the data extension. The address is left out with `email: null`. */
  columns: z
    .strictObject({
      contactKey: column.default(COLUMNS.contactKey),
      segmentId: column.default(COLUMNS.segmentId),
      status: column.default(COLUMNS.status),
      email: column.nullable().default(COLUMNS.email),
      at: column.default(COLUMNS.at),
    })
    .default(COLUMNS),
  /** Column → profile attribute. */
  fields: mappedFields,
  mandatoryAttributes,
  consents: neededConsents.default(['marketing.email']),
  maxRowsPerRequest: z.int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS),
  requestsPerSecond: z.number().min(0.1).max(100).optional(),
});
export type MarketingCloudDestination = z.output<typeof definition>;

/** Where the REST API is. */
export const restUrl = ({ url, subdomain }: MarketingCloudDestination): string =>
  url ?? `https://${subdomain}.rest.marketingcloudapis.com`;

/** Where tokens are fetched. */
export const tokenUrl = ({ tokenUrl: given, subdomain }: MarketingCloudDestination): string =>
  given ?? `https://${subdomain}.auth.marketingcloudapis.com/v2/token`;
